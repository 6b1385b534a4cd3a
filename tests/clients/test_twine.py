"""twine upload: what succeeds, and what people read when it does not."""
import json
import unittest

from case import ServerCase

GRANTS = ["{ repository: pypi, project: secretpkg, user: alice, verbs: [read, write] }"]


class Twine(ServerCase):
    options = {"grants": GRANTS}

    def twine(self, *packages, url="/legacy/", user="alice", password=None, extra=()):
        return self.client.twine_upload(self.larder.url + url, user, password or user + "-pw",
                                        *(package.path for package in packages), extra=extra)

    def test_wheel_and_sdist(self):
        wheel = self.wheel("both", "1.0", requires_python=">=3.6")
        sdist = self.sdist("both", "1.0", requires_python=">=3.6")
        self.assertDone(self.twine(wheel, sdist))
        files = self.files("both")
        self.assertEqual(set(files), {wheel.filename, sdist.filename})
        for package in (wheel, sdist):
            self.assertEqual(self.larder.get(files[package.filename]["url"]).body, package.bytes())

    def test_same_bytes_again_succeed_and_change_nothing(self):
        package = self.wheel("again", "1.0")
        self.assertDone(self.twine(package))
        before = self.page("again").body
        self.assertDone(self.twine(package))
        self.assertEqual(self.page("again").body, before)

    def test_other_bytes_fail_and_say_why(self):
        first, second = self.wheel("fixed", "1.0"), self.wheel("fixed", "1.0", payload=10)
        self.assertDone(self.twine(first))
        self.assertRefused(self.twine(second), "409", "File already exists", first.filename)
        self.assertEqual(self.larder.get(self.url_of(first)).body, first.bytes())
        self.assertDone(self.twine(second, extra=["--skip-existing"]))

    def test_wrong_password(self):
        package = self.wheel("locked", "1.0")
        self.assertRefused(self.twine(package, password="wrong"), "401")
        self.assertEqual(self.page("locked").status, 404)

    def test_no_right(self):
        package = self.wheel("secretpkg", "1.0")
        self.assertRefused(self.twine(package, user="bob"), "403",
                           "user bob may not upload to secretpkg")
        self.assertDone(self.twine(package))

    def test_every_address_with_and_without_slash(self):
        urls = ("/legacy", "/simple/", "/simple", "/pypi/", "/pypi", "/", "")
        for number, url in enumerate(urls):
            package = self.wheel("everywhere", f"1.{number}")
            self.assertDone(self.twine(package, url=url))
            self.assertIn(package.filename, self.files("everywhere"), url)

    def test_odd_names(self):
        packages = [self.sdist("python3-openid", "3.2.0", stem="python3-openid-3.2.0"),
                    self.sdist("repoze.lru", "0.7", stem="repoze.lru-0.7"),
                    self.sdist("GeoIP", "1.3.2", stem="GeoIP-1.3.2"),
                    self.wheel("odd.epoch", "1!2.0+local.1")]
        self.assertDone(self.twine(*packages))
        for package in packages:
            self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())

    def test_attestations_and_signatures_are_no_obstacle(self):
        package = self.wheel("attested", "1.0")
        answer = self.larder.post_form(
            "/legacy/", {":action": "file_upload", "protocol_version": "1",
                         "attestations": json.dumps([{"version": 1}])},
            [("content", package.filename, package.bytes()),
             ("gpg_signature", package.filename + ".asc", b"-----BEGIN PGP SIGNATURE-----")])
        self.assertStatus(answer, 200)
        self.assertEqual(list(self.files("attested")), [package.filename])


if __name__ == "__main__":
    unittest.main()
