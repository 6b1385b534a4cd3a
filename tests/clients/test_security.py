"""Security: the holes of pypicloud that must stay shut (s1…), and every route's permissions."""
import unittest

import corpus
from case import JSON, ServerCase, sha256
from larder_server import multipart

GRANTS = ["{ repository: pypi, project: secret-pkg, user: alice, verbs: [read, write] }",
          "{ repository: pypi, project: Django_Unchained, user: alice, verbs: [read, write] }"]


class Secret(ServerCase):
    """A project that only alice may see, and a public one beside it."""

    options = {"grants": GRANTS, "repository": "overwrite: [admin]"}
    spellings = ("secret-pkg", "Secret_Pkg", "SECRET.PKG", "secret--pkg", "secret%2Dpkg",
                 "%73ecret-pkg", "sEcReT-_.pKg")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("runTest")
        cls.secret = case.publish(case.wheel("secret-pkg", "1.0"), user="alice")
        cls.public = case.publish(case.wheel("flywheel", "1.0"))
        cls.digest = sha256(cls.secret.bytes())
        cls.pristine = case.page("secret-pkg", "alice").body

    def runTest(self):
        pass

    def assertUntouched(self):
        self.assertEqual(self.page("secret-pkg", "alice").body, self.pristine)

    def refused(self, method, path, body=None, headers=None):
        """Anonymous gets 401 with a challenge, bob 403 with a reason; neither sees anything."""
        anonymous = self.larder.request(method, path, None, headers, body)
        self.assertEqual(anonymous.status, 401, (method, path, anonymous))
        self.assertTrue(anonymous.headers["WWW-Authenticate"].startswith("Basic realm="))
        known = self.larder.request(method, path, "bob", headers, body)
        self.assertEqual(known.status, 403, (method, path, known))
        if method != "HEAD":
            self.assertIn("bob may not", known.text)
        for answer in (anonymous, known):
            self.assertNotIn(self.digest.encode(), answer.body)

    def form_of(self, package, **fields):
        body, kind = multipart(list(fields.items()),
                               [("content", package.filename, package.bytes())])
        return body, {"Content-Type": kind}

    def test_every_route_and_spelling(self):
        name = self.secret.filename
        upload, headers = self.form_of(self.wheel("secret-pkg", "2.0"))
        for project in self.spellings:
            for path in (f"/simple/{project}", f"/pypi/{project}", f"/pypi/{project}/json",
                         f"/simple/{project}/json", f"/pypi/{project}/1.0/json",
                         f"/api/package/{project}", f"/api/package/{project}/{name}",
                         f"/api/package/{project}/{name}.metadata",
                         f"/files/{project}/{self.digest}/{name}",
                         f"/files/{project}/{self.digest}/{name}.metadata"):
                for slash in ("", "/"):
                    # Once the server has it at hand, it must still ask who asks.
                    self.assertIn(self.larder.get(path + slash, "alice").status, (200, 404))
                    for method in ("GET", "HEAD"):
                        self.refused(method, path + slash)
            for slash in ("", "/"):
                self.refused("DELETE", f"/api/package/{project}/{name}" + slash)
                self.refused("POST", f"/api/package/{project}/{name}" + slash, upload, headers)
                self.refused("PUT", f"/api/package/{project}/1.0/yank" + slash, b"",
                             {"Content-Type": "application/x-www-form-urlencoded"})
                self.refused("DELETE", f"/api/package/{project}/1.0/yank" + slash)
                self.refused("PUT", f"/api/package/{project}/status" + slash, b"status=archived",
                             {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertUntouched()

    def test_whoever_may_not_see_learns_nothing_of_what_exists(self):
        for path in ("/simple/secret-pkg/", "/api/package/secret-pkg/"):
            exists = self.larder.get(path, "bob")
            missing = self.larder.get(path.replace("secret-pkg", "django-unchained"), "bob")
            self.assertEqual(exists.status, missing.status)
            self.assertEqual(exists.text.replace("secret-pkg", "X"),
                             missing.text.replace("django-unchained", "X"))

    def test_listings_show_only_what_may_be_read(self):
        for user, expected in [(None, ["flywheel"]), ("bob", ["flywheel"]),
                               ("alice", ["flywheel", "secret-pkg"]),
                               ("admin", ["flywheel", "secret-pkg"])]:
            for path in ("/simple/", "/pypi/", "/simple", "/pypi"):
                names = [row["name"] for row in
                         self.larder.get(path, user, Accept=JSON).json()["projects"]]
                self.assertEqual(names, expected, (path, user))
                html = self.larder.get(path, user).text
                self.assertEqual("secret" in html, "secret-pkg" in expected)
            self.assertEqual(self.larder.get("/api/package/", user).json()["packages"], expected)
            rows = self.larder.get("/api/package/?verbose=true", user).json()["packages"]
            self.assertEqual([row["name"] for row in rows], expected)

    def test_pages_of_one_are_not_served_to_another(self):
        """Neither prepared pages nor 304 let anybody see what another was shown."""
        page = self.larder.get("/simple/secret-pkg/", "alice")
        root = self.larder.get("/simple/", "alice")
        for user in (None, "bob"):
            answer = self.larder.get("/simple/secret-pkg/", user,
                                     If_None_Match=page.headers["ETag"])
            self.assertEqual(answer.status, 401 if user is None else 403)
            answer = self.larder.get("/simple/", user, If_None_Match=root.headers["ETag"])
            self.assertEqual(answer.status, 200)

    def test_s1_rights_are_those_of_the_normalised_name(self):
        package = self.wheel("secret-pkg", "9.0")
        for project in self.spellings:
            self.assertEqual(self.larder.get(f"/api/package/{project}/", "bob").status, 403)
            answer = self.larder.post_form(f"/api/package/{project}/{package.filename}", {},
                                           [("content", package.filename, package.bytes())], "bob")
            self.assertEqual(answer.status, 403)
        for name in ("Secret_Pkg", "SECRET.pkg"):
            answer = self.larder.upload(package.filename, package.bytes(), "bob", name=name)
            self.assertEqual(answer.status, 403)
        self.assertUntouched()

    def test_s2_grants_apply_however_their_name_is_written(self):
        package = self.wheel("django.unchained", "1.0")
        self.assertEqual(self.larder.upload(package.filename, package.bytes(), "bob").status, 403)
        self.publish(package, user="alice")
        self.addCleanup(self.larder.delete, f"/api/package/django-unchained/{package.filename}")
        for project in ("Django_Unchained", "django-unchained", "django.unchained"):
            self.assertEqual(self.larder.get(f"/simple/{project}/").status, 401)
            self.assertEqual(self.larder.get(f"/simple/{project}/", "alice").status, 200)
        self.assertNotIn("django", self.larder.get("/simple/").text)

    def test_s3_a_file_is_found_only_under_its_own_project(self):
        name = self.secret.filename
        for user in (None, "bob", "admin"):
            for path in (f"/api/package/flywheel/{name}", f"/files/flywheel/{self.digest}/{name}",
                         f"/api/package/flywheel/{name}.metadata"):
                self.assertEqual(self.larder.get(path, user).status, 404, (path, user))
        self.assertEqual(self.larder.delete(f"/api/package/flywheel/{name}", "bob").status, 404)
        self.assertEqual(self.larder.delete(f"/api/package/flywheel/{name}").status, 404)
        self.assertUntouched()

    def test_s4_the_name_in_the_file_does_not_bypass_the_check(self):
        for version, name in [("9.0", "secret_pkg"), ("6.0", "Secret_Pkg"), ("7.0", "Secret.Pkg")]:
            package = self.wheel("secret-pkg", version, stem=f"{name}-{version}")
            for path in ("/simple/", "/pypi/", "/legacy/", "/", "/api/package/flywheel/x",
                         f"/api/package/flywheel/{package.filename}"):
                answer = self.larder.upload(package.filename, package.bytes(), "bob", path=path)
                self.assertIn(answer.status, (400, 403), (path, answer))
                answer = self.larder.upload(package.filename, package.bytes(), "bob", path=path,
                                            name="flywheel", version=version)
                self.assertIn(answer.status, (400, 403), (path, answer))
        inside = corpus.metadata("secret-pkg", "8.0")
        data = corpus.zipped([("flywheel-8.0.dist-info/METADATA", inside),
                              ("flywheel-8.0.dist-info/WHEEL", b"Wheel-Version: 1.0\n")])
        answer = self.larder.upload("flywheel-8.0-py3-none-any.whl", data, "bob")
        self.assertIn(answer.status, (400, 403))
        self.assertUntouched()

    def test_s5_versions_and_names_are_no_paths(self):
        before = sorted(path for path in self.larder.folder.parent.rglob("*") if path.is_dir())
        data = self.sdist("climber", "1.0").bytes()
        for version in ("../../../x", "../x", "a/b", "..", "1.0/../../../x", "..\\x"):
            answer = self.larder.upload("climber-1.0.tar.gz", data, version=version)
            self.assertEqual(answer.status, 400, version)
            document = f"Metadata-Version: 1.1\nName: climber\nVersion: {version}\n".encode()
            archive = corpus.packed([("climber-1.0/PKG-INFO", document)], ".tar.gz")
            self.assertEqual(self.larder.upload("climber-1.0.tar.gz", archive).status, 400, version)
        for name in ("../climber", "..", "climber/../secret-pkg"):
            self.assertEqual(self.larder.upload("climber-1.0.tar.gz", data, name=name).status, 400)
        for path in ("/api/package/..%2f..%2fx/x-1.0.tar.gz", "/api/package/%2e%2e/x-1.0.tar.gz",
                     "/files/../../etc/passwd", "/files/a/b/..%2f..%2f..%2fetc%2fpasswd",
                     "/simple/..%2f/", "/simple/%2e%2e/"):
            self.assertIn(self.larder.get(path).status, (400, 404), path)
        self.assertEqual(self.larder.get("/simple/climber/").status, 404)
        after = sorted(path for path in self.larder.folder.parent.rglob("*") if path.is_dir())
        self.assertEqual([path for path in after if path not in before
                          and self.larder.storage not in path.parents
                          and not path.name.startswith("dist-")], [])

    def test_s6_no_squatting_by_name_or_digest(self):
        """A form that names one project and a file of another, with overwriting allowed too."""
        theirs = self.wheel("secret-pkg", "1.0", payload=50)
        for user in ("bob", "admin"):
            answer = self.larder.upload(theirs.filename, theirs.bytes(), user, name="flywheel",
                                        version="1.0")
            self.assertIn(answer.status, (400, 403), answer)
        mine = self.wheel("squatter", "1.0")
        answer = self.larder.upload("secret_pkg-1.0-py3-none-any.whl", mine.bytes(), "bob",
                                    name="squatter", version="1.0")
        self.assertEqual(answer.status, 400)
        answer = self.larder.upload(mine.filename, mine.bytes(), "bob", sha256_digest="0" * 64)
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.larder.get("/simple/squatter/").status, 404)
        self.assertUntouched()

    def test_s9_a_page_of_another_site_cannot_rebuild(self):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}):
            for path in ("/admin/rebuild", "/admin/rebuild/"):
                for method in ("GET", "POST", "HEAD"):
                    answer = self.larder.request(method, path, "admin", headers)
                    self.assertEqual(answer.status, 403, (method, path, headers))
        for headers in ({}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"},
                        {"Origin": self.larder.url}):
            answer = self.larder.request("GET", "/admin/rebuild", "admin", headers)
            self.assertEqual(answer.status, 200, headers)
        for user, status in [(None, 401), ("alice", 403)]:
            self.assertEqual(self.larder.get("/admin/rebuild", user).status, status)

    def test_s9_a_page_of_another_site_changes_nothing_else_either(self):
        upload, headers = self.form_of(self.wheel("crossed", "1.0"))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        name = self.public.filename
        for method, path, body, kind in [
                ("POST", "/simple/", upload, headers), ("POST", "/", upload, headers),
                ("POST", "/api/package/crossed/crossed-1.0-py3-none-any.whl", upload, headers),
                ("DELETE", f"/api/package/flywheel/{name}", None, {}),
                ("PUT", "/api/package/flywheel/1.0/yank", b"reason=x", form),
                ("DELETE", "/api/package/flywheel/1.0/yank", None, {}),
                ("PUT", "/api/package/flywheel/status", b"status=archived", form)]:
            answer = self.larder.request(method, path, "admin", {**kind, **foreign}, body)
            self.assertEqual(answer.status, 403, (method, path, answer))
        self.assertEqual(self.larder.get("/simple/crossed/", "admin").status, 404)
        self.assertIs(self.files("flywheel")[name]["yanked"], False)
        answer = self.larder.request("GET", "/simple/flywheel/", None, foreign)  # reading is free
        self.assertEqual(answer.status, 200)

    def test_malformed_authorization_is_401_everywhere(self):
        for value in ("Basic", "Basic !!!", "Basic YWxpY2U=", "Basic " + "A" * 2001, "Digest x=y",
                      "alice:alice-pw", "Basic YWxpY2U6\x80", "Bearer", "Bearer nothing"):
            for path in ("/simple/", "/simple/flywheel/", "/api/package/",
                         f"/files/flywheel/{sha256(self.public.bytes())}/{self.public.filename}"):
                answer = self.larder.request("GET", path, None, {"Authorization": value})
                self.assertEqual(answer.status, 401, (value, path))
                self.assertIn("WWW-Authenticate", answer.headers)

    def test_wrong_password_is_401_even_where_none_is_needed(self):
        for user in ("alice:wrong", "nobody:at-all", "alice:ALICE-PW"):
            self.assertEqual(self.larder.get("/simple/flywheel/", user).status, 401)


class Private(ServerCase):
    options = {"grants": [], "repository": "default_read: [authenticated]\ndelete: [staff]"}

    def test_nothing_for_anonymous(self):
        package = self.publish(self.wheel("inner", "1.0"))
        for path in ("/simple/inner/", "/pypi/inner/json", "/api/package/inner/",
                     f"/api/package/inner/{package.filename}"):
            self.assertEqual(self.larder.get(path).status, 401)
            answer = self.larder.get(path, "bob")
            self.assertEqual(answer.status, 200)
            self.assertNotIn("public", answer.headers["Cache-Control"])
            self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        self.assertEqual(self.larder.get("/api/package/").json(), {"packages": []})

    def test_delete_list(self):
        package = self.publish(self.wheel("kept", "1.0"), user="bob")
        path = f"/api/package/kept/{package.filename}"
        answer = self.larder.delete(path, "bob")
        self.assertStatus(answer, 403, "delete list")
        self.assertEqual(self.larder.delete(path, "alice").status, 200)


class Guessing(ServerCase):
    options = {"server": "throttle: { per_user: 4, per_address: 8, first_wait: 30s }"}

    def test_guessing_is_slowed_down(self):
        for number in range(4):
            self.assertEqual(self.larder.get("/simple/", f"alice:guess-{number}").status, 401)
        statuses = [self.larder.get("/simple/", f"alice:more-{n}") for n in range(3)]
        last = statuses[-1]
        self.assertEqual(last.status, 429)
        self.assertGreater(int(last.headers["Retry-After"]), 0)
        self.assertEqual(self.larder.get("/simple/", "bob").status, 200)
        self.assertEqual(self.larder.get("/simple/").status, 200)
        for number in range(9):  # by address, over many names
            self.larder.get("/simple/", f"user{number}:x")
        self.assertEqual(self.larder.get("/simple/", "another:x").status, 429)
        self.assertEqual(self.larder.get("/simple/", "bob").status, 200)  # known from here

    def test_passwords_are_never_logged(self):
        self.larder.get("/simple/", "carol:sup3rs3cret")
        text = "".join(self.larder.log) + "".join(self.wait_for_access(lambda line: True))
        self.assertNotIn("sup3rs3cret", text)
        self.assertNotIn("alice-pw", text)


if __name__ == "__main__":
    unittest.main()
