"""pip against larder: what people type, and what larder's pages make pip do."""
import unittest

from case import WHEELS, ServerCase, sha256

GRANTS = ["{ repository: pypi, project: secretpkg, user: alice, verbs: [read, write] }"]


class Pip(ServerCase):
    options = {"grants": GRANTS}

    def pip(self, command, *arguments, url=None, **more):
        return self.client.pip(command, "--no-input", "--index-url",
                               (url or self.larder.url) + "/simple/", *arguments, **more)

    def download(self, *arguments, **more):
        """The file names that `pip download --no-deps` fetched."""
        folder = self.fresh()
        done = self.pip("download", "--no-deps", "--dest", folder, *arguments, **more)
        self.assertDone(done)
        return sorted(path.name for path in folder.iterdir())

    def yank(self, project, version, reason):
        answer = self.larder.post_form(f"/api/package/{project}/{version}/yank",
                                       {"reason": reason}, method="PUT")
        self.assertStatus(answer, 200)

    def test_install_with_dependency_and_uninstall(self):
        self.publish(self.wheel("leaf", "1.0"),
                     self.wheel("tree", "1.0", fields=[("Requires-Dist", "leaf>=1")]))
        self.assertDone(self.pip("install", "Tree"))
        self.assertDone(self.client.run(self.client.venv(), "-c", "import tree, leaf"))

    def test_install_of_an_sdist(self):
        if len(WHEELS) < 3:
            self.skipTest("Debian's python3-*-whl packages are not installed")
        for path in WHEELS:  # what the build of an sdist needs comes from the same index
            self.assertStatus(self.larder.upload(path.name, path.read_bytes()), 200)
        self.publish(self.sdist("fromsource", "3.1"))
        self.assertDone(self.pip("install", "--no-binary", "fromsource", "fromsource"))
        done = self.client.run(self.client.venv(), "-c",
                               "import fromsource; print(fromsource.__version__)")
        self.assertEqual(done.stdout.strip(), "3.1")

    def test_require_hashes(self):
        package = self.publish(self.wheel("hashed", "1.0"))
        requirements = self.fresh() / "requirements.txt"
        requirements.write_text(f"hashed==1.0 --hash=sha256:{sha256(package.bytes())}\n")
        self.assertEqual(self.download("--require-hashes", "-r", requirements), [package.filename])
        requirements.write_text(f"hashed==1.0 --hash=sha256:{'0' * 64}\n")
        done = self.pip("download", "--require-hashes", "-r", requirements, "--dest", self.fresh())
        self.assertRefused(done, "DO NOT MATCH THE HASHES")

    def test_yanked_versions_are_skipped_unless_pinned(self):
        old, new = self.wheel("recalled", "1.0"), self.wheel("recalled", "2.0")
        self.publish(old, new)
        self.yank("recalled", "2.0", "eats <data> & more")
        self.assertEqual(self.download("recalled"), [old.filename])
        folder = self.fresh()
        done = self.pip("download", "--no-deps", "--dest", folder, "recalled==2.0")
        self.assertDone(done)
        self.assertIn("eats <data> & more", done.stdout)
        self.assertTrue((folder / new.filename).exists())
        self.assertStatus(self.larder.delete("/api/package/recalled/2.0/yank"), 200)
        self.assertEqual(self.download("recalled"), [new.filename])

    def test_requires_python(self):
        old = self.wheel("modern", "1.0", requires_python=">=3.6,!=3.7.*,<4")
        self.publish(old, self.wheel("modern", "2.0", requires_python=">=99"))
        self.assertEqual(self.download("modern"), [old.filename])
        self.assertRefused(self.pip("download", "--dest", self.fresh(), "modern==2.0"), ">=99")

    def test_prereleases_wait_to_be_asked_for(self):
        final, candidate = self.wheel("early", "1.0"), self.wheel("early", "1.1rc1")
        self.publish(final, candidate)
        self.assertEqual(self.download("early"), [final.filename])
        self.assertEqual(self.download("--pre", "early"), [candidate.filename])

    def test_local_versions_and_epochs(self):
        local = self.wheel("oddly", "1.0+cu121")
        epoch = self.wheel("oddly", "1!0.5")
        self.publish(self.wheel("oddly", "1.0"), local, self.wheel("oddly", "9.0"), epoch)
        self.assertEqual(self.download("oddly==1.0+cu121"), [local.filename])
        self.assertEqual(self.download("oddly"), [epoch.filename])

    def test_private_project_with_credentials(self):
        package = self.publish(self.wheel("secretpkg", "1.0"), user="alice")
        self.assertRefused(self.pip("download", "--dest", self.fresh(), "secretpkg"))
        self.assertRefused(self.pip("download", "--dest", self.fresh(), "secretpkg",
                                    url=self.larder.url_as("bob")))
        self.assertEqual(self.download("secretpkg", url=self.larder.url_as("alice")),
                         [package.filename])
        netrc = self.client.home / ".netrc"
        netrc.write_text("machine 127.0.0.1 login alice password alice-pw\n")
        netrc.chmod(0o600)
        self.addCleanup(netrc.unlink)
        self.assertEqual(self.download("secretpkg"), [package.filename])

    def test_second_run_costs_a_304(self):
        self.publish(self.wheel("cached", "1.0"))
        trusted = ("--trusted-host", f"{self.larder.host}:{self.larder.port}")
        for _ in range(2):
            self.download("cached", *trusted)
        found = self.wait_for_access(lambda line: '"GET /simple/cached/' in line
                                     and '" 304 ' in line)
        self.assertEqual(len(found), 1)

    def test_fast_deps_reads_ranges(self):
        package = self.publish(self.wheel("ranged", "1.0", payload=300_000))
        self.download("--use-feature=fast-deps", "ranged")
        found = self.wait_for_access(lambda line: "ranged-1.0" in line and '" 206 ' in line)
        self.assertTrue(found, "pip asked for no range of " + package.filename)

    def test_unknown_project(self):
        self.assertRefused(self.pip("download", "--dest", self.fresh(), "neveruploaded"),
                           "No matching distribution")


class OldPip(ServerCase):
    """What pip before 22.2 and easy_install ask for."""

    def test_html_for_text_html_and_for_anything(self):
        package = self.publish(self.wheel("oldstyle", "1.0"))
        for accept in ("text/html", "*/*"):
            answer = self.page("oldstyle", accept=accept)
            self.assertStatus(answer, 200, f">{package.filename}</a>")
            self.assertEqual(answer.headers.get_content_type(), "text/html")


if __name__ == "__main__":
    unittest.main()
