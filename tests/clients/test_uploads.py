"""Uploads that are refused, and what they say; and the odd ones that are accepted."""
import hashlib
import http.client
import io
import socket
import tarfile
import unittest
import zipfile

import corpus
from case import ServerCase, sha256
from larder_server import basic, multipart


class Refused(ServerCase):
    def upload(self, package, path="/simple/", data=None, **fields):
        content = package.bytes() if data is None else data
        return self.larder.upload(package.filename, content, path=path, **fields)

    def refuse(self, package, *texts, status=400, **more):
        answer = self.assertStatus(self.upload(package, **more), status, *texts)
        self.assertNotIn("\n", answer.reason)
        for path in (f"/api/package/{package.project}/",):
            self.assertEqual(self.larder.get(path, "admin").json()["packages"], [])
        return answer

    def test_form_contradicts_file_and_both_are_named(self):
        package = self.wheel("truth", "1.0", requires_python=">=3.6")
        self.refuse(package, "lie", "truth", name="lie")
        self.refuse(package, "2.0", "1.0", version="2.0")
        self.refuse(package, ">=2.7", ">=3.6", requires_python=">=2.7")
        sdist = self.sdist("truth", "1.0")
        self.refuse(sdist, "2.0", "1.0", version="2.0")

    def test_reason_phrase_says_it_too(self):
        answer = self.refuse(self.wheel("spoken", "1.0"), name="unspoken")
        self.assertIn("unspoken", answer.reason)

    def test_address_contradicts_file(self):
        package = self.wheel("placed", "1.0")
        self.refuse(package, "elsewhere", "placed",
                    path=f"/api/package/elsewhere/{package.filename}")
        self.refuse(package, "other-1.0-py3-none-any.whl", package.filename,
                    path="/api/package/placed/other-1.0-py3-none-any.whl")

    def test_file_name_contradicts_metadata(self):
        package = self.wheel("inside", "1.0")
        renamed = self.fresh() / "outside-1.0-py3-none-any.whl"
        renamed.write_bytes(package.bytes())
        answer = self.larder.upload(renamed.name, package.bytes())
        self.assertStatus(answer, 400, "inside", "outside")
        sdist = self.sdist("inside", "1.0")
        answer = self.larder.upload("inside-2.0.tar.gz", sdist.bytes())
        self.assertStatus(answer, 400, "inside 1.0", "inside-2.0")

    def test_wrong_digests_name_both(self):
        package = self.wheel("digested", "1.0")
        data = package.bytes()
        for field, right in [("md5_digest", hashlib.md5(data).hexdigest()),
                             ("sha256_digest", sha256(data)),
                             ("blake2_256_digest",
                              hashlib.blake2b(data, digest_size=32).hexdigest())]:
            wrong = ("0" if right[0] != "0" else "1") + right[1:]
            self.refuse(package, wrong, right, **{field: wrong})
            self.refuse(package, "nonsense", **{field: "nonsense"})
        self.assertStatus(self.upload(package, md5_digest=hashlib.md5(data).hexdigest().upper(),
                                      sha256_digest=sha256(data)), 200)

    def test_no_content(self):
        for path in ("/simple/", "/api/package/x/x-1.tar.gz"):
            answer = self.larder.post_form(path, {":action": "file_upload", "name": "x"},
                                           [("other", "x.txt", b"x")])
            self.assertStatus(answer, 400, "content")
            answer = self.larder.post_form(path, {"content": "text", "name": "x"},
                                           [("other", "x.txt", b"x")])
            self.assertStatus(answer, 400, "content")

    def test_no_form_at_all(self):
        for kind, body in [("application/x-www-form-urlencoded", b"a=b"), ("text/plain", b"x"),
                           ("multipart/form-data", b"x"), ("application/json", b"{}"),
                           ("multipart/form-data; boundary=", b"x")]:
            answer = self.larder.request("POST", "/legacy/", "admin", {"Content-Type": kind}, body)
            self.assertEqual(answer.status, 400, (kind, answer))

    def test_unknown_action(self):
        package = self.wheel("acted", "1.0")
        for action in ("submit", "verify", "doc_upload", "remove_pkg", "FILE_UPLOAD"):
            self.refuse(package, action, "file_upload", **{":action": action})
        self.refuse(package, "2", protocol_version="2")

    def test_traversal_names_never_leave_the_project(self):
        data = self.sdist("traveller", "1.0").bytes()
        for name in ("../../../etc/passwd", "..\\..\\x.tar.gz", "/etc/x-1.0.tar.gz", "..",
                     ".hidden-1.0.tar.gz", "x-1.0.tar.gz\x00.whl", "a/b", "%2e%2e%2fx-1.0.tar.gz",
                     "x-1.0.tar.gz/", "con\r\nX: y-1.0.tar.gz"):
            answer = self.larder.upload(name, data)
            self.assertEqual(answer.status, 400, (name, answer))
        for version in ("../../../x", "a/b", "..", "1.0/../../x", "1.0\x00"):
            answer = self.larder.upload("traveller-1.0.tar.gz", data, version=version)
            self.assertEqual(answer.status, 400, (version, answer))
        for name in ("../x", "a/b", "", " ", "-", "x" * 500, "näme"):
            if name.strip():
                answer = self.larder.upload("traveller-1.0.tar.gz", data, name=name)
                self.assertEqual(answer.status, 400, (name, answer))
        # A path in front of a good name is what browsers of old sent.
        self.assertStatus(self.larder.upload("../dist/traveller-1.0.tar.gz", data), 200)
        self.assertEqual(list(self.files("traveller")), ["traveller-1.0.tar.gz"])
        outside = [path for path in self.larder.folder.rglob("*") if "traveller-1.0" in path.name]
        self.assertEqual(outside, [])

    def test_archives_that_cannot_be_read(self):
        wheel, sdist = self.wheel("broken", "1.0"), self.sdist("broken", "1.0", payload=5000)
        for package in (wheel, sdist):
            data = package.bytes()
            for damaged in (b"", b"not an archive", data[:len(data) // 2], data[:-30]):
                answer = self.upload(package, data=damaged)
                self.assertEqual(answer.status, 400, (package.filename, len(damaged), answer))
        self.assertEqual(self.larder.get("/simple/broken/").status, 404)

    def test_archive_that_expands_without_end(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb-1.0.dist-info/METADATA",
                             b"Metadata-Version: 2.1\nName: bomb\nVersion: 1.0\n\n" + bytes(10**8))
        answer = self.larder.upload("bomb-1.0-py3-none-any.whl", out.getvalue())
        self.assertEqual(answer.status, 400, answer)

    def test_unknown_extensions(self):
        for name in ("nonsense.txt", "x-1.0.rpm", "x-1.0.exe.sh", "x-1.0", "x.whl",
                     "x-1.0-py3-none.whl", "foo-1.0-a1-py3-none-any.whl"):
            self.assertStatus(self.larder.upload(name, b"data", name="x", version="1.0"), 400)

    def test_malformed_metadata(self):
        for document in (b"", b"Name: sick\n", b"Metadata-Version: 2.1\nName: sick\n",
                         b"Metadata-Version: 2.1\nName: ../sick\nVersion: 1.0\n",
                         b"Metadata-Version: 2.1\nName: sick\nVersion: ../1\n",
                         b"Metadata-Version: 2.1\nName: sick\nName: well\nVersion: 1.0\n",
                         b"\xff\xfe\x00"):
            data = corpus.zipped([("sick-1.0.dist-info/METADATA", document),
                                  ("sick-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0\n")])
            answer = self.larder.upload("sick-1.0-py3-none-any.whl", data)
            self.assertEqual(answer.status, 400, (document, answer))

    def test_truncated_form_is_400_and_stores_nothing(self):
        package = self.wheel("cut", "1.0")
        body, kind = multipart([(":action", "file_upload")],
                               [("content", package.filename, package.bytes())])
        for length in (len(body) - 4, len(body) - 20, len(body) // 2, 100, 10, 0):
            answer = self.larder.request("POST", "/simple/", "admin", {"Content-Type": kind},
                                         body[:length])
            self.assertEqual(answer.status, 400, (length, answer))
        self.assertEqual(self.larder.get("/simple/cut/").status, 404)

    def test_connection_that_breaks_off_stores_nothing(self):
        package = self.wheel("hungup", "1.0", payload=20_000)
        body, kind = multipart([(":action", "file_upload")],
                               [("content", package.filename, package.bytes())])
        authorization = basic("admin")["Authorization"]
        for part in (len(body) // 2, len(body) - 1):
            with socket.create_connection((self.larder.host, self.larder.port)) as sock:
                sock.sendall(f"POST /simple/ HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
                             f"Authorization: {authorization}\r\n"
                             f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:part])
        found = self.wait_for_access(lambda line: '"POST /simple/' in line and
                                     line.split('" ')[1].split()[0] not in ("200", "400"), 3)
        self.assertEqual(self.larder.get("/simple/hungup/").status, 404, found)
        spool = list((self.larder.folder / "spool").rglob("*"))
        self.assertEqual([path for path in spool if path.is_file()], [])

    def test_refusal_before_the_body_when_nobody_is_logged_in(self):
        connection = http.client.HTTPConnection(self.larder.host, self.larder.port, timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/api/package/early/early-1.0.tar.gz")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(10**9))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 401)


class Limits(ServerCase):
    options = {"server": "upload_limit: 100kB"}

    def test_upload_limit_is_413_with_and_without_length(self):
        package = self.wheel("huge", "1.0", payload=200_000)
        answer = self.larder.upload(package.filename, package.bytes())
        self.assertEqual(answer.status, 413, answer)
        body, kind = multipart([], [("content", package.filename, package.bytes())])
        chunks = (body[at:at + 8192] for at in range(0, len(body), 8192))
        try:
            status = self.larder.request("POST", "/simple/", "admin", {"Content-Type": kind},
                                         chunks).status
        except (BrokenPipeError, ConnectionResetError):
            status = None  # it may hang up on who goes on sending
        self.assertIn(status, (413, None))
        self.assertEqual(self.larder.get("/simple/huge/").status, 404)
        self.publish(self.wheel("small", "1.0"))


class Accepted(ServerCase):
    def test_every_kind_of_archive(self):
        packages = corpus.odd(self.fresh())
        for package in packages:
            answer = self.larder.upload(package.filename, package.bytes(), "admin",
                                        name=package.name, version=package.version)
            self.assertStatus(answer, 200)
            self.assertEqual(answer.json()["version"].replace("1.0.0", "1.0"),
                             package.version.replace("1.0.0", "1.0"))
            entry = self.files(package.project)[package.filename]
            self.assertEqual(entry["requires-python"] or "", package.requires_python)
            self.assertEqual(self.larder.get(entry["url"]).body, package.bytes())

    def test_without_metadata_the_file_name_decides_and_the_form_must_agree(self):
        package = self.sdist("bare", "1.0", pkg_info=False)
        self.assertStatus(self.larder.upload(package.filename, package.bytes(), name="other"),
                          400, "other", "bare")
        self.assertStatus(self.larder.upload(package.filename, package.bytes(), version="2.0"),
                          400, "2.0", "1.0")
        answer = self.larder.upload(package.filename, package.bytes(), name="Bare", version="1.0",
                                    requires_python=">=3.5", summary="said by the form")
        self.assertStatus(answer, 200)
        self.assertEqual(self.files("bare")[package.filename]["requires-python"], ">=3.5")

    def test_form_may_spell_differently(self):
        package = self.wheel("Fancy.Name", "1.0.0", requires_python=">=3.6,<4")
        answer = self.larder.upload(package.filename, package.bytes(), name="fancy_name",
                                    version="v1.0", requires_python="<4, >=3.6")
        self.assertStatus(answer, 200)

    def test_metadata_versions(self):
        for number in ("1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"):
            package = self.wheel("versions", number, metadata_version=number)
            self.assertStatus(self.larder.upload(package.filename, package.bytes()), 200)
        self.assertEqual(len(self.page("versions").json()["versions"]), 10)

    def test_pkg_info_deep_in_an_sdist_is_not_its_own(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, text in [("deep-1.0/vendor/PKG-INFO", "Metadata-Version: 1.1\nName: evil\n"
                                                            "Version: 6\n"),
                               ("deep-1.0/PKG-INFO", "Metadata-Version: 1.1\nName: deep\n"
                                                     "Version: 1.0\n")]:
                info = tarfile.TarInfo(name)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        answer = self.larder.upload("deep-1.0.tar.gz", out.getvalue())
        self.assertStatus(answer, 200)
        self.assertEqual(answer.json()["name"], "deep")


class Overwriting(ServerCase):
    options = {"repository": "overwrite: [staff]"}

    def test_only_the_overwrite_list_may_replace(self):
        old, new = self.wheel("replaced", "1.0"), self.wheel("replaced", "1.0", payload=5)
        self.publish(old, user="bob")
        for user in ("bob", "admin"):
            answer = self.larder.upload(new.filename, new.bytes(), user)
            self.assertStatus(answer, 409, "File already exists")
            self.assertIn("File already exists", answer.reason)
        self.publish(new, user="alice")
        self.assertEqual(self.larder.get(self.url_of(new)).body, new.bytes())


class Tombstones(ServerCase):
    options = {"repository": "tombstones: true"}

    def test_deleted_name_takes_only_the_same_bytes(self):
        old, new = self.wheel("buried", "1.0"), self.wheel("buried", "1.0", payload=5)
        self.publish(old)
        path = f"/api/package/buried/{old.filename}"
        self.assertEqual(self.larder.delete(path).status, 200)
        self.assertEqual(self.larder.get("/simple/buried/").status, 404)
        answer = self.larder.upload(new.filename, new.bytes())
        self.assertStatus(answer, 409, "deleted")
        self.assertIn("deleted", answer.reason)
        self.publish(old)
        self.assertEqual(self.larder.get(path).body, old.bytes())


if __name__ == "__main__":
    unittest.main()
