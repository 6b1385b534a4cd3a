"""The documented samples of the HTTP API, typed with curl as they stand."""
import json
import pathlib
import unittest

import corpus
from case import ServerCase

CREDENTIALS = ("-u", "admin:admin-pw")


class SeedSamples(ServerCase):
    def setUp(self):
        self.here = self.fresh()
        self.package = corpus.build_sdist(self.here / "path/to", "flywheel", "0.1.0")
        self.described = corpus.build_sdist(self.here / "path/to", "flywheel",
                                            "0.1.0-2-g185e630")

    def tearDown(self):
        for project in self.curl("/api/package/")[1]["packages"]:
            for file in self.curl(f"/api/package/{project}/", *CREDENTIALS)[1]["packages"]:
                self.larder.delete(f"/api/package/{project}/{file['filename']}")

    def curl(self, path, *arguments):
        """(status, body) of `curl ARGUMENTS myserver.com/PATH`; JSON is taken apart."""
        done = self.client.run("curl", "-sS", "-w", "\n%{http_code}", *arguments,
                               self.larder.url.removeprefix("http://") + path, cwd=self.here)
        self.assertDone(done)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body) if body.startswith(("{", "[")) else body

    def upload(self, package, path="/simple/", *fields):
        relative = pathlib.Path(package.path).relative_to(self.here)
        return self.curl(path, *CREDENTIALS, "-F", ":action=file_upload", *fields,
                         "-F", f"content=@{relative}")

    def test_post_simple_then_get_simple(self):
        status, body = self.curl("/simple/", *CREDENTIALS, "-F", ":action=file_upload",
                                 "-F", "name=flywheel", "-F", "version=0.1.0",
                                 "-F", "content=@path/to/flywheel-0.1.0.tar.gz")
        self.assertEqual(status, 200, body)
        self.assertEqual((body["name"], body["version"]), ("flywheel", "0.1.0"))
        for path in ("/simple/", "/simple", "/pypi/", "/pypi"):
            status, body = self.curl(path)
            self.assertEqual(status, 200, path)
            self.assertIn(">flywheel</a>", body)
        for path in ("/simple/flywheel/", "/simple/flywheel", "/pypi/flywheel/", "/pypi/flywheel"):
            status, body = self.curl(path)
            self.assertEqual(status, 200, path)
            self.assertIn(">flywheel-0.1.0.tar.gz</a>", body)

    def test_post_takes_every_address_with_and_without_slash(self):
        paths = ["/simple/", "/simple", "/pypi/", "/pypi", "/legacy/", "/legacy", "/", ""]
        for number, path in enumerate(paths):
            package = corpus.build_sdist(self.here / "path/to", "flywheel", f"1.{number}")
            self.assertEqual(self.upload(package, path)[0], 200, path)
        self.assertEqual(len(self.files("flywheel")), len(paths))

    def test_unknown_projects(self):
        self.assertEqual(self.curl("/simple/nothing/")[0], 404)
        self.assertEqual(self.curl("/api/package/nothing/"),
                         (200, {"packages": [], "write": False}))
        self.assertEqual(self.curl("/api/package/nothing", *CREDENTIALS),
                         (200, {"packages": [], "write": True}))

    def test_packages_plain_and_verbose(self):
        others = [corpus.build_sdist(self.here / "path/to", name, version)
                  for name, version in [("pypicloud", "0.1.0"), ("pyramid", "1.4"),
                                        ("pypicloud", "0.1.0-21-g4a739b0")]]
        for package in [self.package, self.described, *others]:
            self.assertEqual(self.upload(package)[0], 200)
        names = {"packages": ["flywheel", "pypicloud", "pyramid"]}
        for path in ("/api/package/", "/api/package", "/api/package/?verbose=false",
                     "/api/package?verbose=0", "/api/package/?verbose=False"):
            self.assertEqual(self.curl(path), (200, names), path)
        for path in ("/api/package/?verbose=true", "/api/package?verbose=True",
                     "/api/package/?verbose=1"):
            status, body = self.curl(path)
            self.assertEqual(status, 200)
            rows = {row["name"]: row for row in body["packages"]}
            self.assertEqual(list(rows), names["packages"])
            self.assertEqual(rows["flywheel"]["stable"], "0.1.0")
            self.assertEqual(rows["flywheel"]["unstable"], "0.1.0-2-g185e630")
            self.assertEqual(rows["pypicloud"]["unstable"], "0.1.0-21-g4a739b0")
            self.assertIsInstance(rows["flywheel"]["last_modified"], int)
        self.assertEqual(self.curl("/api/package/?verbose=maybe")[0], 400)

    def test_stable_is_null_without_a_release(self):
        self.upload(self.described)
        row = self.curl("/api/package/?verbose=true")[1]["packages"][0]
        self.assertIsNone(row["stable"])
        self.assertEqual(row["unstable"], "0.1.0-2-g185e630")

    def test_files_of_a_project(self):
        self.upload(self.package)
        self.upload(self.described)
        expected = ["0.1.0-2-g185e630", "0.1.0"]  # newest version first
        for path in ("/api/package/flywheel", "/api/package/flywheel/",
                     "/api/package/Fly_Wheel".replace("_", "")):
            status, body = self.curl(path, *CREDENTIALS)
            self.assertEqual(status, 200)
            self.assertIs(body["write"], True)
            self.assertEqual([row["version"] for row in body["packages"]], expected)
        row = body["packages"][1]
        self.assertEqual(row["name"], "flywheel")
        self.assertEqual(row["filename"], "flywheel-0.1.0.tar.gz")
        self.assertIsInstance(row["last_modified"], int)
        self.assertTrue(row["url"].startswith(self.larder.url + "/"), row["url"])
        self.assertEqual(row["metadata"]["uploader"], "admin")
        self.assertIs(self.curl("/api/package/flywheel/")[1]["write"], False)
        newest = max(row["last_modified"] for row in body["packages"])
        verbose = self.curl("/api/package/?verbose=true")[1]["packages"][0]
        self.assertEqual(verbose["last_modified"], newest)

    def test_versions_that_are_not_pep_440_have_a_place(self):
        for version in ("0.1.0.post1", "0.1.0+local", "final", "0.0.9", "0.1.1.dev1"):
            self.upload(corpus.build_sdist(self.here / "path/to", "flywheel", version))
        self.upload(self.package)
        self.upload(self.described)
        rows = self.curl("/api/package/flywheel")[1]["packages"]
        self.assertEqual([row["version"] for row in rows],
                         ["0.1.1.dev1", "0.1.0.post1", "0.1.0+local", "0.1.0-2-g185e630", "0.1.0",
                          "0.0.9", "final"])
        self.assertEqual(self.curl("/simple/flywheel/")[0], 200)
        self.assertEqual(self.curl("/pypi/flywheel/json")[0], 200)

    def test_upload_download_delete_by_file_name(self):
        path = "/api/package/flywheel/flywheel-0.1.0.tar.gz"
        for slash in ("", "/"):
            status, body = self.curl(path + slash, *CREDENTIALS, "-F",
                                     "content=@path/to/flywheel-0.1.0.tar.gz")
            self.assertEqual(status, 200, body)
            self.assertEqual(self.larder.get(path + slash).body, self.package.bytes())
            status, body = self.curl(path + slash, *CREDENTIALS, "-X", "DELETE")
            self.assertEqual((status, body), (200, ""))
            self.assertEqual(self.larder.get(path).status, 404)
            self.assertEqual(self.curl("/api/package/")[1]["packages"], [])
        self.assertEqual(self.curl(path, *CREDENTIALS, "-X", "DELETE")[0], 404)

    def test_deleted_name_takes_other_bytes(self):
        path = "/api/package/flywheel/flywheel-0.1.0.tar.gz"
        self.upload(self.package)
        self.curl(path, *CREDENTIALS, "-X", "DELETE")
        other = self.sdist("flywheel", "0.1.0", payload=100)
        self.assertStatus(self.larder.upload(other.filename, other.bytes()), 200)
        self.assertEqual(self.larder.get(path).body, other.bytes())


class RebuildSample(ServerCase):
    def ask(self, host, path, *arguments):
        return self.client.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments,
                                f"http://{host}{path}").stdout

    def test_rebuild_by_curl(self):
        self.publish(self.wheel("flywheel", "0.1.0"))
        address = self.larder.url.removeprefix("http://")
        for path in ("/admin/rebuild", "/admin/rebuild/"):
            self.assertEqual(self.ask(f"admin:admin-pw@{address}", path), "200")
            self.assertEqual(self.ask(f"alice:alice-pw@{address}", path), "403")
            self.assertEqual(self.ask(address, path), "401")
            self.assertEqual(self.ask(f"admin:admin-pw@{address}", path, "-X", "POST"), "200")
        self.assertIn("flywheel", self.larder.get("/simple/").text)


if __name__ == "__main__":
    unittest.main()
