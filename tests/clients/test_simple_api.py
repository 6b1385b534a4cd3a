"""The simple index and PyPI's JSON API in every detail that clients read."""
import gzip
import io
import re
import unittest
import zipfile

from case import HTML_V1, JSON, Anchors, ServerCase, sha256

PIP = f"{JSON}, {HTML_V1}; q=0.1, text/html; q=0.01"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def metadata_of(package):
    with zipfile.ZipFile(io.BytesIO(package.bytes())) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name)


class Negotiation(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        corpus_wheel = cls("runTest").wheel("asked", "1.0")
        cls.larder.upload(corpus_wheel.filename, corpus_wheel.bytes())

    def runTest(self):
        pass

    def content_type(self, accept, query=""):
        headers = {} if accept is None else {"Accept": accept}
        answers = [self.larder.request("GET", path + query, headers=headers)
                   for path in ("/simple/asked/", "/simple/")]
        types = {answer.headers["Content-Type"].split(";")[0] for answer in answers}
        self.assertEqual(len(types), 1, types)
        return answers[0].status, types.pop()

    def test_real_accept_headers(self):
        for accept, wanted in [
                (PIP, JSON), (f"{JSON}, {HTML_V1};q=0.2, text/html;q=0.01", JSON),
                (f"{JSON}, */*;q=0.1", JSON), ("text/html", "text/html"), ("*/*", "text/html"),
                (None, "text/html"), ("", "text/html"), (HTML_V1, HTML_V1), (JSON, JSON),
                ("application/vnd.pypi.simple.latest+json", JSON),
                ("application/vnd.pypi.simple.latest+html", HTML_V1),
                (f"{JSON};q=0.5, text/html;q=0.500", "text/html"),
                (f"{JSON};q=0.501, text/html;q=0.5", JSON), ("text/*", "text/html"),
                (f"text/html;q=0, {JSON};q=0.001", JSON), (f"*/*, {JSON};q=0.1", "text/html"),
                (f"{JSON.upper()}", JSON), (f"image/png, */*;q=0.1", "text/html")]:
            self.assertEqual(self.content_type(accept), (200, wanted), accept)

    def test_nothing_acceptable_is_406(self):
        for accept in ("image/png", "text/html;q=0", "application/vnd.pypi.simple.v2+json"):
            self.assertEqual(self.content_type(accept)[0], 406, accept)

    def test_format_beats_accept(self):
        for accept in ("text/html", "image/png", None):
            self.assertEqual(self.content_type(accept, f"?format={JSON.replace('+', '%2B')}"),
                             (200, JSON))
        self.assertEqual(self.content_type(JSON, "?format=text/html"), (200, "text/html"))


class Pages(ServerCase):
    def test_html_details(self):
        wheel = self.wheel("Zoo.Keeper", "1.0", requires_python=">=3.8,!=3.9.*,<4")
        sdist = self.sdist("Zoo.Keeper", "1.0")
        self.publish(wheel, sdist)
        answer = self.page("zoo-keeper", accept="text/html")
        page = Anchors(answer.text)
        self.assertEqual(page.meta["pypi:repository-version"], "1.4")
        self.assertEqual(page.meta["pypi:project-status"], "active")
        self.assertNotIn("<base", answer.text)
        links = dict(page.links)
        link = links[wheel.filename]
        url, _, fragment = link["href"].partition("#")
        digest = sha256(wheel.bytes())
        self.assertEqual(fragment, "sha256=" + digest)
        self.assertEqual(url, f"/files/zoo-keeper/{digest}/{wheel.filename}")
        self.assertEqual(link["data-requires-python"], ">=3.8,!=3.9.*,<4")
        self.assertIn("&gt;=3.8,!=3.9.*,&lt;4", answer.text)
        self.assertEqual(link["data-core-metadata"], "sha256=" + sha256(metadata_of(wheel)))
        self.assertEqual(link["data-dist-info-metadata"], link["data-core-metadata"])
        self.assertEqual(link["data-size"], str(len(wheel.bytes())))
        self.assertRegex(link["data-upload-time"], TIME)
        self.assertNotIn("data-yanked", link)
        self.assertNotIn("data-core-metadata", links[sdist.filename])
        self.assertNotIn("data-requires-python", links[sdist.filename])

        root = Anchors(self.larder.get("/simple/").text)
        self.assertEqual(root.meta["pypi:repository-version"], "1.4")
        self.assertIn(("Zoo.Keeper", {"href": "/simple/zoo-keeper/"}), root.links)

    def test_json_details(self):
        wheel = self.wheel("jsoned", "1.0", requires_python=">=3.8,<4")
        sdist = self.sdist("jsoned", "0.9")
        self.publish(wheel, sdist)
        page = self.page("JSONed").json()
        self.assertEqual(page["meta"], {"api-version": "1.4"})
        self.assertEqual(page["name"], "jsoned")
        self.assertEqual(page["project-status"], {"status": "active"})
        self.assertEqual(page["versions"], ["0.9", "1.0"])
        self.assertNotIn("namespaces", page)
        old, new = page["files"]
        self.assertEqual((old["filename"], new["filename"]), (sdist.filename, wheel.filename))
        self.assertEqual(new["hashes"]["sha256"], sha256(wheel.bytes()))
        self.assertEqual(new["size"], len(wheel.bytes()))
        self.assertRegex(new["upload-time"], TIME)
        self.assertEqual(new["requires-python"], ">=3.8,<4")
        self.assertEqual(new["core-metadata"], {"sha256": sha256(metadata_of(wheel))})
        self.assertIs(new["yanked"], False)
        self.assertNotIn("dist-info-metadata", new)
        self.assertNotIn("?", new["url"])
        self.assertIs(old["core-metadata"], False)
        root = self.larder.get("/simple/", Accept=JSON).json()
        self.assertEqual(root["meta"], {"api-version": "1.4"})
        self.assertIn({"name": "jsoned"}, root["projects"])

    def test_order_is_that_of_versions(self):
        versions = ["1.dev0", "1.0a0", "1.0a12.dev456", "1.0a12", "1.0b2", "1.0rc1", "1.0",
                    "1.0+abc", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15",
                    "1.0.20231231235959123", "1.1.dev1", "1.10", "1!0.1"]
        for version in reversed(versions[::2] + versions[1::2]):
            self.publish(self.wheel("ordered", version))
        self.assertEqual(self.page("ordered").json()["versions"], versions)
        rows = self.larder.get("/api/package/ordered/").json()["packages"]
        self.assertEqual([row["version"] for row in rows], versions[::-1])
        releases = self.larder.get("/pypi/ordered/json").json()["releases"]
        self.assertEqual(list(releases), versions)

    def test_yank_in_every_form(self):
        first, second = self.wheel("yanky", "1.0"), self.sdist("yanky", "1.0")
        other = self.wheel("yanky", "2.0")
        self.publish(first, other)
        path = "/api/package/yanky/1.0/yank"
        put = lambda fields: self.larder.post_form(path, fields, method="PUT")
        self.assertStatus(put({}), 200)
        self.assertIs(self.files("yanky")[first.filename]["yanked"], True)
        self.assertEqual(self.anchors("yanky")[first.filename]["data-yanked"], "")
        reason = 'bröken "badly" <b>'
        self.assertStatus(put({"reason": reason}), 200)
        self.publish(second)  # a version is yanked, not a file
        for name in (first.filename, second.filename):
            self.assertEqual(self.files("yanky")[name]["yanked"], reason)
            self.assertEqual(self.anchors("yanky")[name]["data-yanked"], reason)
        self.assertIs(self.files("yanky")[other.filename]["yanked"], False)
        release = self.larder.get("/pypi/yanky/1.0/json").json()
        self.assertEqual((release["info"]["yanked"], release["info"]["yanked_reason"]),
                         (True, reason))
        self.assertEqual([file["yanked_reason"] for file in release["urls"]], [reason] * 2)
        self.assertEqual(self.larder.get("/pypi/yanky/json").json()["info"]["version"], "2.0")
        self.assertStatus(self.larder.delete(path + "/"), 200)
        self.assertIs(self.files("yanky")[first.filename]["yanked"], False)
        self.assertNotIn("data-yanked", self.anchors("yanky")[first.filename])
        self.assertStatus(self.larder.post_form("/api/package/yanky/9.9/yank", {}, method="PUT"),
                          404)

    def test_yank_of_odd_versions_and_forms_of_the_reason(self):
        for version, spelled in [("1!2.0+cu121", "1%212.0%2Bcu121"), ("0.1.0-2-g185e630", None),
                                 ("1.0", "v1.0.0")]:
            package = self.publish(self.sdist("oddyank", version))
            path = f"/api/package/oddyank/{spelled or version}/yank"
            answer = self.larder.request("PUT", path, "admin",
                                         {"Content-Type": "application/json"},
                                         b'{"reason": "by json"}')
            self.assertStatus(answer, 200)
            self.assertEqual(self.files("oddyank")[package.filename]["yanked"], "by json")
            answer = self.larder.request("PUT", path + "?reason=by+query", "admin")
            self.assertStatus(answer, 200)
            self.assertEqual(self.files("oddyank")[package.filename]["yanked"], "by query")
            self.assertStatus(self.larder.delete(path), 200)
            self.assertIs(self.files("oddyank")[package.filename]["yanked"], False)

    def test_yank_ends_with_the_last_file_of_its_version(self):
        package = self.publish(self.wheel("forgiven", "1.0"), self.wheel("forgiven", "2.0"))
        self.larder.post_form("/api/package/forgiven/2.0/yank", {}, method="PUT")
        self.larder.delete(f"/api/package/forgiven/{package.filename}")
        self.publish(package)
        self.assertIs(self.files("forgiven")[package.filename]["yanked"], False)

    def test_etag_304_and_gzip_for_each_form(self):
        self.publish(*(self.wheel("tagged", f"1.{n}") for n in range(8)))
        tags = set()
        for path in ("/simple/tagged/", "/simple/"):
            for accept in ("text/html", HTML_V1, JSON):
                for encoding in ("identity", "gzip"):
                    headers = {"Accept": accept, "Accept-Encoding": encoding}
                    answer = self.larder.request("GET", path, headers=headers)
                    tag = answer.headers["ETag"]
                    self.assertRegex(tag, r'^"[^"]+"$')
                    if path != "/simple/":
                        self.assertNotIn(tag, tags)
                        tags.add(tag)
                    self.assertEqual(answer.headers["Cache-Control"], "no-cache")
                    vary = {word.strip().lower() for name, value in answer.headers.items()
                            if name.lower() == "vary" for word in value.split(",")}
                    # A page too small to gain by compression has one form only.
                    self.assertLessEqual({"accept"} if path == "/simple/" else
                                         {"accept", "accept-encoding"}, vary)
                    if answer.headers["Content-Encoding"] == "gzip":
                        plain = self.larder.request("GET", path, headers={"Accept": accept})
                        self.assertEqual(gzip.decompress(answer.body), plain.body)
                    else:
                        self.assertNotEqual((encoding, path), ("gzip", "/simple/tagged/"))
                    again = self.larder.request("GET", path, headers={**headers,
                                                                      "If-None-Match": tag})
                    self.assertEqual((again.status, again.body), (304, b""))
                    self.assertEqual(again.headers["ETag"], tag)
                    head = self.larder.request("HEAD", path, headers=headers)
                    self.assertEqual((head.status, head.body), (200, b""))
                    self.assertEqual(head.headers["Content-Length"], str(len(answer.body)))
        for encoding, wanted in [("gzip;q=0", None), ("identity, gzip;q=0", None), ("br", None),
                                 ("deflate, gzip;q=0.5", "gzip"), ("GZIP", "gzip"), ("*", "gzip")]:
            answer = self.larder.get("/simple/tagged/", Accept_Encoding=encoding)
            self.assertIn(answer.headers["Content-Encoding"],
                          (None, "gzip") if encoding == "*" else (wanted,), encoding)
        serial = int(self.page("tagged").headers["X-PyPI-Last-Serial"])
        before = self.page("tagged").headers["ETag"]
        self.publish(self.wheel("tagged", "2.0"))
        self.assertGreater(int(self.page("tagged").headers["X-PyPI-Last-Serial"]), serial)
        changed = self.larder.get("/simple/tagged/", Accept=JSON, If_None_Match=before)
        self.assertEqual(changed.status, 200)
        self.assertIn("2.0", changed.json()["versions"])

    def test_metadata_is_the_archives_byte_for_byte(self):
        package = self.wheel("described", "1.0", metadata_version="2.4",
                             fields=[("License-Expression", "MIT")],
                             description="Ünïcode\r\n\n  and blanks  \n")
        self.publish(package)
        for url in (self.url_of(package), f"/api/package/described/{package.filename}"):
            answer = self.larder.get(url + ".metadata")
            self.assertEqual(answer.body, metadata_of(package))
            self.assertNotIn("Content-Encoding", answer.headers)
        sdist = self.publish(self.sdist("described", "1.0"))
        self.assertEqual(self.larder.get(self.url_of(sdist) + ".metadata").status, 404)

    def test_names_in_every_spelling(self):
        package = self.publish(self.wheel("Some.Odd__Name", "1.0"))
        pages = {self.larder.get(f"/simple/{name}/").body
                 for name in ("some-odd-name", "Some.Odd__Name", "SOME_ODD-.NAME")}
        self.assertEqual(len(pages), 1)
        self.assertIn(package.filename, pages.pop().decode())


class Statuses(ServerCase):
    def status(self, project, status, reason="", user="admin"):
        return self.larder.post_form(f"/api/package/{project}/status",
                                     {"status": status, "reason": reason}, user=user, method="PUT")

    def test_archived_serves_and_takes_nothing(self):
        package = self.publish(self.wheel("oldtimer", "1.0"))
        self.assertStatus(self.status("oldtimer", "archived", "see newtimer"), 200)
        page = self.page("oldtimer").json()
        self.assertEqual(page["project-status"], {"status": "archived", "reason": "see newtimer"})
        meta = Anchors(self.page("oldtimer", accept="text/html").text).meta
        self.assertEqual(meta["pypi:project-status"], "archived")
        self.assertEqual(meta["pypi:project-status-reason"], "see newtimer")
        self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())
        refused = self.wheel("oldtimer", "2.0")
        self.assertStatus(self.larder.upload(refused.filename, refused.bytes()), 403, "archived",
                          "see newtimer")
        self.assertStatus(self.status("oldtimer", "active"), 200)
        self.publish(refused)

    def test_quarantined_offers_nothing(self):
        package = self.publish(self.wheel("infected", "1.0"))
        url = self.url_of(package)
        self.assertStatus(self.status("infected", "quarantined", user="alice"), 403)
        self.assertStatus(self.status("infected", "quarantined", "malware"), 200)
        page = self.page("infected").json()
        self.assertEqual((page["files"], page["project-status"]["status"]), ([], "quarantined"))
        self.assertEqual(Anchors(self.page("infected", accept="text/html").text).links, [])
        for path in (url, url + ".metadata", f"/api/package/infected/{package.filename}"):
            self.assertStatus(self.larder.get(path), 403, "quarantined")
        self.assertStatus(self.larder.upload(package.filename, package.bytes()), 403)
        self.assertStatus(self.status("infected", "active", user="alice"), 403)
        self.assertStatus(self.status("infected", "active"), 200)
        self.assertEqual(self.larder.get(url).body, package.bytes())

    def test_deprecated_is_as_active(self):
        self.publish(self.wheel("faded", "1.0"))
        self.assertStatus(self.status("faded", "deprecated"), 200)
        self.publish(self.wheel("faded", "2.0"))
        self.assertEqual(self.page("faded").json()["project-status"], {"status": "deprecated"})

    def test_status_outlives_the_last_file(self):
        package = self.publish(self.wheel("emptied", "1.0"))
        self.assertStatus(self.status("emptied", "archived", "gone"), 200)
        self.assertStatus(self.larder.delete(f"/api/package/emptied/{package.filename}"), 200)
        page = self.page("emptied").json()
        self.assertEqual((page["files"], page["project-status"]["status"]), ([], "archived"))
        self.assertStatus(self.larder.upload(package.filename, package.bytes()), 403)
        self.assertIn(self.larder.get("/pypi/emptied/json").status, (200, 404))

    def test_unknown_status_and_project(self):
        self.publish(self.wheel("steady", "1.0"))
        self.assertStatus(self.status("steady", "retired"), 400, "retired", "archived")
        self.assertStatus(self.status("nothing", "archived"), 404)


class JsonApi(ServerCase):
    INFO = set("""name version summary description description_content_type keywords license
        license_expression license_files classifiers author author_email maintainer
        maintainer_email requires_python platform home_page download_url project_url package_url
        release_url project_urls requires_dist provides_extra dynamic docs_url bugtrack_url
        downloads yanked yanked_reason""".split())
    FILE = set("""filename packagetype python_version size url md5_digest digests upload_time
        upload_time_iso_8601 requires_python yanked yanked_reason comment_text has_sig downloads
        core-metadata""".split())

    def test_project_and_release(self):
        fields = [("Author", "Ada"), ("Requires-Dist", "leaf>=1"), ("Provides-Extra", "fast"),
                  ("Classifier", "Topic :: A"), ("Project-URL", "Docs, https://example.org/d"),
                  ("Description-Content-Type", "text/markdown"), ("Keywords", "a,b")]
        wheel = self.wheel("api", "1.0", requires_python=">=3.6", fields=fields,
                           description="# Hello\n")
        sdist, newer = self.sdist("api", "1.0"), self.wheel("api", "2.0rc1")
        self.publish(wheel, sdist, newer)
        project = self.larder.get("/pypi/api/json").json()
        self.assertEqual(set(project), {"info", "releases", "urls", "vulnerabilities",
                                        "last_serial", "ownership"})
        self.assertEqual(set(project["info"]), self.INFO)
        info = project["info"]
        self.assertEqual((info["name"], info["version"]), ("api", "1.0"))  # no prerelease
        self.assertEqual(info["requires_dist"], ["leaf>=1"])
        self.assertEqual(info["classifiers"], ["Topic :: A"])
        self.assertEqual(info["project_urls"], {"Docs": "https://example.org/d"})
        self.assertEqual(info["description"].strip(), "# Hello")
        self.assertEqual(set(project["releases"]), {"1.0", "2.0rc1"})
        self.assertEqual(project["urls"], project["releases"]["1.0"])
        files = {file["filename"]: file for file in project["urls"]}
        self.assertEqual(set(files), {wheel.filename, sdist.filename})
        file = files[wheel.filename]
        self.assertEqual(set(file), self.FILE)
        self.assertEqual(file["digests"]["sha256"], sha256(wheel.bytes()))
        self.assertEqual((file["packagetype"], file["python_version"]), ("bdist_wheel", "py3"))
        self.assertEqual(files[sdist.filename]["python_version"], "source")
        self.assertRegex(file["upload_time"], r"^[\d-]+T[\d:]+$")
        self.assertRegex(file["upload_time_iso_8601"], TIME)
        for version in ("1.0", "1", "v1.0.0", "1.0/", ):
            slash = "/" if version.endswith("/") else ""
            release = self.larder.get(f"/pypi/api/{version.rstrip('/')}/json{slash}").json()
            self.assertEqual(release["urls"], project["urls"])
            self.assertNotIn("releases", release)
        rc = self.larder.get("/pypi/api/2.0rc1/json").json()
        self.assertEqual(rc["info"]["version"], "2.0rc1")
        self.assertEqual(self.larder.get("/pypi/api/json/").json(), project)

    def test_unknown(self):
        self.publish(self.wheel("known", "1.0"))
        for path in ("/pypi/unknown/json", "/pypi/known/7/json", "/pypi/unknown/1.0/json"):
            self.assertEqual(self.larder.get(path).status, 404)


if __name__ == "__main__":
    unittest.main()
