"""uv's requests, replayed: it can't be had from Debian, so what it sends is written down here."""
import hashlib
import http.client
import os
import unittest

from case import JSON, ServerCase, basic_header, sha256

PAGE = {"Accept": f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01",
        "Accept-Encoding": "gzip, deflate, zstd", "User-Agent": "uv/0.12.5 {\"installer\":{}}"}
IDENTITY = {"Accept-Encoding": "identity"}
UPLOAD_ACCEPT = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"


class Uv(ServerCase):
    options = {"grants": ["{ repository: pypi, project: secretpkg, user: alice, "
                          "verbs: [read, write] }"]}

    def get(self, path, headers=None, method="GET"):
        return self.larder.request(method, path, headers=headers)

    def form(self, package, **changed):
        """uv's upload: one boundary, every field of the metadata, the file without a type."""
        data = package.bytes()
        fields = [(":action", "file_upload"), ("sha256_digest", sha256(data)),
                  ("blake2_256_digest", hashlib.blake2b(data, digest_size=32).hexdigest()),
                  ("protocol_version", "1"), ("metadata_version", "2.1"), ("name", package.name),
                  ("version", package.version), ("filetype", package.kind), ("pyversion", "py3"),
                  ("requires_python", package.requires_python), ("classifiers", "Topic :: A"),
                  ("classifiers", "Topic :: B"), ("description", "ünïcode\r\n--lines"),
                  ("import_names", "flywheel"), ("attestations", "[]")]
        fields = [(name, changed.get(name, value)) for name, value in fields]
        boundary = "uv-" + os.urandom(8).hex()
        body = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                       f"{value}\r\n" for name, value in fields).encode()
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="content"; '
                 f'filename="{package.filename}"\r\n\r\n').encode() + data
        return body + f"\r\n--{boundary}--\r\n".encode(), boundary

    def upload(self, package, user="alice", chunked=False, **changed):
        body, boundary = self.form(package, **changed)
        headers = {**basic_header(user), "Accept": UPLOAD_ACCEPT,
                   "Content-Type": f"multipart/form-data; boundary={boundary}"}
        if chunked:
            whole = body
            body = (whole[at:at + 1000] for at in range(0, len(whole), 1000))
        return self.larder.request("POST", "/legacy/", headers=headers, body=body)

    def test_resolve_and_install(self):
        package = self.publish(self.wheel("flywheel", "0.1.0", requires_python=">=3.6"))
        page = self.get("/simple/flywheel/", PAGE)
        self.assertEqual(page.status, 200)
        self.assertEqual(page.headers["Content-Type"], JSON)
        self.assertIn("no-cache", page.headers["Cache-Control"])
        file = self.page("flywheel").json()["files"][0]
        for key in ("upload-time", "size", "requires-python", "core-metadata"):
            self.assertTrue(file[key], key)

        metadata = self.get(file["url"] + ".metadata")
        self.assertEqual(sha256(metadata.body), file["core-metadata"]["sha256"])
        wheel = self.get(file["url"], IDENTITY)
        self.assertEqual(sha256(wheel.body), file["hashes"]["sha256"])
        self.assertEqual(wheel.body, package.bytes())
        self.assertIn("immutable", wheel.headers["Cache-Control"])

        again = self.get("/simple/flywheel/", {**PAGE, "If-None-Match": page.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_metadata_by_range_requests(self):
        package = self.publish(self.wheel("ranged", "1.0", payload=50_000))
        url = self.url_of(package)
        head = self.get(url, IDENTITY, "HEAD")
        size = len(package.bytes())
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(size))
        self.assertEqual(head.headers["Accept-Ranges"], "bytes")
        part = self.get(url, {**IDENTITY, "Range": f"bytes={size - 16384}-{size - 1}"})
        self.assertEqual(part.status, 206)
        self.assertEqual(part.headers["Content-Range"], f"bytes {size - 16384}-{size - 1}/{size}")
        self.assertEqual(part.body, package.bytes()[-16384:])

    def test_next_index_only_after_404(self):
        self.publish(self.wheel("secretpkg", "1.0"), user="alice")
        self.assertEqual(self.get("/simple/unknownpkg/", PAGE).status, 404)
        anonymous = self.get("/simple/secretpkg/", PAGE)
        self.assertEqual(anonymous.status, 401)
        self.assertTrue(anonymous.headers["WWW-Authenticate"].startswith("Basic "))
        self.assertEqual(self.get("/simple/secretpkg/", {**PAGE, **basic_header("bob")}).status,
                         403)
        self.assertEqual(self.get("/simple/secretpkg/", {**PAGE, **basic_header("alice")}).status,
                         200)

    def test_publish(self):
        package = self.wheel("published", "1.0", requires_python=">=3.8")
        self.assertStatus(self.upload(package), 200)
        self.assertEqual(list(self.files("published")), [package.filename])
        self.assertStatus(self.upload(package, chunked=True), 200)  # the same again, in chunks
        other = self.wheel("published", "2.0", payload=5000)
        self.assertStatus(self.upload(other, chunked=True), 200)
        self.assertEqual(self.larder.get(self.url_of(other)).body, other.bytes())

    def test_publish_reads_code_of_a_refusal(self):
        first, second = self.wheel("refused", "1.0"), self.wheel("refused", "1.0", payload=9)
        self.assertStatus(self.upload(first), 200)
        answer = self.upload(second)
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIn("File already exists", answer.json()["code"])
        self.assertIn("File already exists", answer.reason)

    def test_check_url_sees_the_upload_at_once(self):
        for number in range(5):
            package = self.wheel("atonce", f"1.{number}")
            self.assertStatus(self.upload(package), 200)
            first = next(iter(self.files("atonce")[package.filename]["hashes"].items()))
            self.assertEqual(first, ("sha256", sha256(package.bytes())))

    def test_trusted_publishing_is_looked_for_in_vain(self):
        self.assertEqual(self.get("/_/oidc/audience").status, 404)
        self.assertEqual(self.larder.request("POST", "/_/oidc/mint-token", body=b"{}").status, 404)

    def test_upload_never_redirects(self):
        for path in ("/legacy", "/legacy/", "/simple", "/simple/", "/pypi", "/pypi/", "/"):
            answer = self.larder.request("POST", path, body=b"")
            self.assertNotIn(answer.status // 100, (2, 3, 5), path)

    def test_connection_serves_the_whole_resolution(self):
        package = self.publish(self.wheel("kept", "1.0"))
        connection = http.client.HTTPConnection(self.larder.host, self.larder.port, timeout=60)
        self.addCleanup(connection.close)
        url = self.url_of(package)
        socket = None
        for path in ("/simple/nothing/", "/simple/kept/", url + ".metadata", url):
            self.larder.request("GET", path, headers=PAGE, connection=connection)
            self.assertIsNotNone(connection.sock, "the server hung up after " + path)
            self.assertIn(socket, (None, connection.sock))
            socket = connection.sock


if __name__ == "__main__":
    unittest.main()
