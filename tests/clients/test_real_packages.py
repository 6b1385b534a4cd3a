"""Packages that other people made: Debian's wheels and source packages, not only our own."""
import io
import unittest
import zipfile

import corpus
from case import ServerCase, sha256
from larder_server import ROOT


class RealPackages(ServerCase):
    def twine(self, packages):
        return self.client.twine_upload(self.larder.url + "/legacy/", "alice", "alice-pw",
                                        *(package.path for package in packages))

    def check(self, package):
        entry = self.files(package.project)[package.filename]
        data = package.bytes()
        self.assertEqual(entry["size"], len(data))
        self.assertEqual(entry["hashes"]["sha256"], sha256(data))
        self.assertEqual(self.larder.get(entry["url"]).body, data)
        if package.kind == "sdist":
            self.assertEqual(entry["requires-python"] or "", package.requires_python)
        return entry

    def test_bundled_wheels(self):
        packages = corpus.bundled()
        if not packages:
            self.skipTest("Debian's python3-*-whl packages are not installed")
        self.assertDone(self.twine(packages))
        for package in packages:
            entry = self.check(package)
            with zipfile.ZipFile(io.BytesIO(package.bytes())) as archive:
                name, = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")
                         and n.count("/") == 1]
                document = archive.read(name)
            metadata = self.larder.get(entry["url"] + ".metadata")
            self.assertEqual(metadata.body, document)
            self.assertEqual(sha256(document), entry["core-metadata"]["sha256"])
            self.assertIn(f"Requires-Python: {entry['requires-python']}", document.decode())
            info = self.larder.get(f"/pypi/{package.name}/json").json()["info"]
            self.assertIn(f"Summary: {info['summary']}", document.decode())
        names = [package.name for package in packages]
        done = self.client.pip("install", "--no-deps", "--force-reinstall", "--no-cache-dir",
                               "--index-url", self.larder.url + "/simple/", *names)
        self.assertDone(done)
        done = self.client.run(self.client.venv(), "-c", "import setuptools, pip, wheel")
        self.assertDone(done)

    def test_sdists_of_debian(self):
        packages, skipped = corpus.debian_sdists(ROOT / "build/corpus")
        if not packages:
            self.skipTest("; ".join(skipped))
        for why in skipped:
            print("note:", why)
        for package in packages:  # not one twine for all: its pkginfo refuses what has no PKG-INFO
            if package.has_metadata:
                continue
            answer = self.larder.upload(package.filename, package.bytes(), name=package.name,
                                        version=package.version)
            self.assertStatus(answer, 200)
        self.assertDone(self.twine([p for p in packages if p.has_metadata]))
        listed = set(self.larder.get("/api/package/").json()["packages"])
        for package in packages:
            self.assertIn(package.project, listed)
            self.check(package)
            row, = self.larder.get(f"/api/package/{package.project}/").json()["packages"]
            self.assertEqual(row["version"], package.version)

        self.install_from_source([p for p in packages if p.project == "webencodings"])

    def install_from_source(self, packages):
        """pip builds it with what it finds in larder, too."""
        if not packages or not corpus.bundled():
            return
        self.publish(*corpus.bundled())
        done = self.client.pip("install", "--no-cache-dir", "--no-binary", "webencodings",
                               "--index-url", self.larder.url + "/simple/", "webencodings")
        self.assertDone(done)
        self.assertDone(self.client.run(self.client.venv(), "-c", "import webencodings"))


if __name__ == "__main__":
    unittest.main()
