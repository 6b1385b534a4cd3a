"""The scripts that prepare a machine, on one that has nothing: apt and dpkg are stood in for."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from larder_server import ROOT


class Prepare(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-tools-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.command("apt-get", f'echo "$@" >> {self.folder}/apt.log')

    def command(self, name, script):
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def prepare(self, *kinds):
        script = f"set -euo pipefail; source {ROOT}/tools/prepare.sh; larder_prepare {' '.join(kinds)}; echo prepared"
        done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin:/usr/sbin:/sbin"})
        log = self.folder / "apt.log"
        return done, log.read_text() if log.exists() else ""

    @unittest.skipUnless(os.geteuid() == 0, "needs root: sudo would not find the stand-ins")
    def test_packages_that_dpkg_never_heard_of_are_installed(self):
        self.command("dpkg-query", 'echo "cmake installed"; echo "no packages found" >&2; exit 1')
        done, apt = self.prepare("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("prepared", done.stdout)
        self.assertRegex(done.stderr, r"tools: installing g\+\+ .*libpoco-dev")
        self.assertNotIn(" cmake", done.stderr)
        self.assertIn("libpoco-dev", apt)
        self.assertNotIn("twine", apt)

    @unittest.skipUnless(os.geteuid() == 0, "needs root: sudo would not find the stand-ins")
    def test_removed_packages_are_installed_again(self):
        self.command("dpkg-query", 'for p in "$@"; do echo "$p installed"; done | sed "s/^cmake .*/cmake config-files/"')
        done, apt = self.prepare("build", "test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("tools: installing cmake\n", done.stderr)
        self.assertTrue(apt.rstrip().endswith("--no-install-recommends cmake"), apt)

    def test_nothing_missing_asks_nobody(self):
        self.command("dpkg-query", 'for p in "$@"; do echo "$p installed"; done')
        done, apt = self.prepare("build", "test")
        self.assertEqual((done.returncode, done.stderr, apt), (0, "", ""))

    @unittest.skipUnless(os.geteuid() == 0, "needs root: sudo would not find the stand-ins")
    def test_apt_that_fails_ends_it(self):
        self.command("dpkg-query", "exit 1")
        self.command("apt-get", "exit 100")
        done, _ = self.prepare("build")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("prepared", done.stdout)


class Arguments(unittest.TestCase):
    def run_tool(self, name, *arguments):
        return subprocess.run([str(ROOT / "tools" / name), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def test_wrong_arguments_are_2(self):
        for name, *arguments in (("build", "--preset", "nope"), ("build", "--preset="), ("build", "x"), ("test", "nope")):
            with self.subTest(name=name, arguments=arguments):
                done = self.run_tool(name, *arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertTrue(done.stderr.startswith(f"tools/{name}: "), done.stderr)
        self.assertFalse((ROOT / "build/nope").exists())

    def test_help_says_how(self):
        for name in ("build", "test"):
            self.assertIn(f"tools/{name} [", self.run_tool(name, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
