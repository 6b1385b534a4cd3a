"""Downloads: bytes, ranges, caching, odd names, and addresses whose bytes never change."""
import unittest

from case import ServerCase, quoted, sha256

IMMUTABLE = "max-age=365000000, immutable"


class Files(ServerCase):
    options = {"repository": "overwrite: [admin]",
               "grants": ["{ repository: pypi, project: secretpkg, user: alice, "
                          "verbs: [read, write] }"]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("test_get_and_head")
        cls.package = case.publish(case.wheel("flywheel", "1.0", payload=100_000))
        cls.data = cls.package.bytes()
        cls.url = case.url_of(cls.package)
        cls.api = f"/api/package/flywheel/{cls.package.filename}"

    def get(self, url=None, method="GET", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.larder.request(method, url or self.url, headers=names)

    def test_get_and_head(self):
        for url in (self.url, self.api, self.api + "/"):
            for encoding in ("gzip, deflate, br", "identity"):
                answer = self.get(url, Accept_Encoding=encoding)
                self.assertEqual((answer.status, answer.body), (200, self.data))
                self.assertEqual(answer.headers["Content-Length"], str(len(self.data)))
                self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
                self.assertEqual(answer.headers["Accept-Ranges"], "bytes")
                self.assertNotIn("Content-Encoding", answer.headers)
                self.assertNotIn("Content-Disposition", answer.headers)
            head = self.get(url, "HEAD")
            self.assertEqual((head.status, head.body), (200, b""))
            for name in ("Content-Length", "ETag", "Cache-Control", "Accept-Ranges",
                         "Content-Type"):
                self.assertEqual(head.headers[name], answer.headers[name], name)

    def test_single_ranges(self):
        size = len(self.data)
        for wanted, first, last in [("0-0", 0, 0), ("10-19", 10, 19), (f"{size - 5}-", size - 5,
                                    size - 1), ("-7", size - 7, size - 1),
                                    (f"5-{size + 100}", 5, size - 1), (f"-{size * 2}", 0, size - 1),
                                    ("0-", 0, size - 1)]:
            for url in (self.url, self.api):
                answer = self.get(url, Range="bytes=" + wanted)
                self.assertEqual(answer.status, 206, wanted)
                self.assertEqual(answer.headers["Content-Range"], f"bytes {first}-{last}/{size}")
                self.assertEqual(answer.body, self.data[first:last + 1])

    def test_ranges_that_cannot_be(self):
        size = len(self.data)
        for wanted in (f"{size}-", f"{size + 10}-{size + 20}", "-0"):
            answer = self.get(Range="bytes=" + wanted)
            self.assertEqual(answer.status, 416, wanted)
            self.assertEqual(answer.headers["Content-Range"], f"bytes */{size}")
        for ignored in ("bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=", "bytes=0-1,5-6"):
            answer = self.get(Range=ignored)
            self.assertEqual((answer.status, answer.body), (200, self.data), ignored)

    def test_if_range(self):
        tag = self.get().headers["ETag"]
        self.assertRegex(tag, r'^"[^"]+"$')
        self.assertEqual(self.get(Range="bytes=0-9", If_Range=tag).status, 206)
        for other in ('"other"', "W/" + tag):
            answer = self.get(Range="bytes=0-9", If_Range=other)
            self.assertEqual((answer.status, answer.body), (200, self.data))

    def test_conditional_requests(self):
        for url in (self.url, self.api):
            tag = self.get(url).headers["ETag"]
            for given in (tag, "W/" + tag, f'"x", {tag}', "*"):
                answer = self.get(url, If_None_Match=given)
                self.assertEqual((answer.status, answer.body), (304, b""), given)
            self.assertEqual(self.get(url, If_None_Match='"x"').status, 200)

    def test_caching(self):
        self.assertEqual(self.get(self.url).headers["Cache-Control"], "public, " + IMMUTABLE)
        self.assertEqual(self.get(self.url + ".metadata").headers["Cache-Control"],
                         "public, " + IMMUTABLE)
        self.assertEqual(self.get(self.api).headers["Cache-Control"], "no-cache")
        secret = self.publish(self.wheel("secretpkg", "1.0"), user="alice")
        url = self.url_of(secret, "alice")
        self.assertEqual(self.larder.get(url, "alice").headers["Cache-Control"],
                         "private, " + IMMUTABLE)
        for path in (f"/api/package/secretpkg/{secret.filename}", "/simple/secretpkg/"):
            self.assertIn("private", self.larder.get(path, "alice").headers["Cache-Control"])
        refused = self.larder.get(url)
        self.assertEqual(refused.status, 401)
        self.assertNotIn("public", refused.headers.get("Cache-Control", ""))

    def test_plus_and_exclamation_mark(self):
        package = self.publish(self.wheel("oddly", "1!2.0+cu121"))
        name = package.filename
        self.assertIn("!2.0+cu121", name)
        digest = sha256(package.bytes())
        for spelled in {name, quoted(name), name.replace("+", "%2b"), name.replace("!", "%21")}:
            for url in (f"/files/oddly/{digest}/{spelled}", f"/api/package/oddly/{spelled}"):
                self.assertEqual(self.larder.get(url).body, package.bytes(), url)
                self.assertEqual(self.larder.get(url + ".metadata").status, 200, url)
        self.assertEqual(self.larder.get(f"/api/package/oddly/{name.replace('+', '%20')}").status,
                         404)
        self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())

    def test_replaced_file_has_another_address(self):
        old, new = self.wheel("changing", "1.0"), self.wheel("changing", "1.0", payload=77)
        self.publish(old)
        before = self.url_of(old)
        api = f"/api/package/changing/{old.filename}"
        tag = self.get(api).headers["ETag"]
        self.assertEqual(self.get(before).body, old.bytes())
        self.publish(new)
        after = self.url_of(new)
        self.assertNotEqual(after, before)
        self.assertEqual(self.get(before).status, 404)
        self.assertEqual(self.get(before + ".metadata").status, 404)
        self.assertEqual(self.get(after).body, new.bytes())
        changed = self.get(api, If_None_Match=tag)
        self.assertEqual((changed.status, changed.body), (200, new.bytes()))
        self.assertEqual(self.larder.delete(api).status, 200)
        self.assertEqual(self.get(after).status, 404)

    def test_addresses_that_lead_nowhere(self):
        digest = sha256(self.data)
        name = self.package.filename
        for path in (f"/files/flywheel/{'0' * 64}/{name}", f"/files/other/{digest}/{name}",
                     f"/files/flywheel/{digest}/other.whl", f"/files/flywheel/{digest}/",
                     f"/files/flywheel/{digest}", "/files/", "/files",
                     f"/files/flywheel/{digest.upper()}/{name}",
                     f"/files/flywheel/../flywheel/{digest}/{name}",
                     f"/files/flywheel/{digest}/..%2f{name}", f"/files/flywheel/{digest}/%00",
                     self.api + ".asc", f"/api/package/flywheel/{name}/{name}"):
            answer = self.get(path)
            self.assertIn(answer.status, (400, 404), path)


if __name__ == "__main__":
    unittest.main()
