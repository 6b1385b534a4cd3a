"""The program's commands, as an operator types them."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import corpus
from case import ServerCase, sha256
from larder_server import LARDER, ROOT, Larder, hashed


def larder(*arguments, stdin="", **more):
    return subprocess.run([str(LARDER), *map(str, arguments)], input=stdin, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)


class Usage(unittest.TestCase):
    COMMANDS = (["serve"], ["config", "check"], ["config", "explain"], ["plugins"], ["rebuild"],
                ["verify"], ["hash-password"])

    def test_version_and_help(self):
        done = larder("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^larder \d+\.\d+\.\d+\S*\n$")
        done = larder("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for command in self.COMMANDS:
            self.assertIn("larder " + " ".join(command), done.stdout)
            own = larder(*command, "--help")
            self.assertEqual((own.returncode, own.stderr), (0, ""), command)
            self.assertIn("larder " + " ".join(command), own.stdout)
            self.assertNotEqual(own.stdout, done.stdout)
        self.assertIn("--listen", larder("serve", "--help").stdout)
        self.assertIn("--scheme", larder("hash-password", "--help").stdout)

    def test_wrong_arguments_are_2_and_one_line(self):
        for arguments in (["fly"], ["serve", "--fly"], ["config"], ["config", "fly"],
                          ["serve", "extra"], ["verify", "-c"], ["--fly"],
                          ["hash-password", "--scheme", "rot13", "--stdin"]):
            done = larder(*arguments, stdin="x")
            self.assertEqual(done.returncode, 2, (arguments, done))
            self.assertEqual(done.stdout, "", arguments)
            self.assertEqual(done.stderr.count("\n"), 1, (arguments, done.stderr))

    def test_explain(self):
        everything = larder("config", "explain")
        self.assertEqual(everything.returncode, 0, everything.stderr)
        for setting in ("upload_limit", "4GiB", "trusted_proxies", "tombstones", "default_read"):
            self.assertIn(setting, everything.stdout)
        one = larder("config", "explain", "storage-filesystem")
        self.assertIn("path", one.stdout)
        self.assertNotIn("upload_limit", one.stdout)
        self.assertIn("upload_limit", larder("config", "explain", "server").stdout)
        unknown = larder("config", "explain", "storage-carrier-pigeon")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("storage-filesystem", unknown.stderr)

    def test_plugins(self):
        done = larder("plugins")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {tuple(line.split("\t")[:2]) for line in done.stdout.splitlines()}
        self.assertLessEqual({("storage", "filesystem"), ("cache", "sqlite"),
                              ("access", "config"), ("format", "pypi")}, rows)

    def test_missing_configuration(self):
        for command in (["serve"], ["config", "check"], ["verify"], ["rebuild"]):
            done = larder(*command, "-c", "/nowhere/larder.yaml")
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("/nowhere/larder.yaml", done.stderr)


class Configuration(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.good = Larder(self.folder / "x").configuration.read_text()

    def check(self, text, **environment):
        file = self.folder / "larder.yaml"
        file.write_text(text)
        return larder("config", "check", "-c", file, env={**os.environ, **environment})

    def test_right_one(self):
        done = self.check(self.good)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse((self.folder / "x/storage").exists(), "config check starts nothing")

    def test_all_problems_at_once_with_their_places(self):
        text = (self.good.replace("server:\n", "server:\n  upload_limitt: 1GiB\n  workers: many\n")
                .replace("    cache: main\n", "    cache: mian\n")
                .replace("plugin: filesystem", "plugin: filesystm"))
        done = self.check(text)
        self.assertEqual(done.returncode, 2)
        lines = text.splitlines()
        for setting, hint in [("server.upload_limitt", "upload_limit"), ("server.workers", "many"),
                              ("repositories.pypi.cache", "main"),
                              ("storage.main.plugin", "no such plugin")]:
            found = re.search(rf"larder\.yaml:(\d+):(\d+): {re.escape(setting)}: (.*)",
                              done.stderr)
            self.assertIsNotNone(found, (setting, done.stderr))
            self.assertIn(hint, found[3])
            word = {"server.workers": "many", "repositories.pypi.cache": "mian",
                    "server.upload_limitt": "upload_limitt",
                    "storage.main.plugin": "filesystm"}[setting]
            line = lines[int(found[1]) - 1]
            self.assertEqual(line[int(found[2]) - 1:][:len(word)], word)

    def test_plugins_that_cannot_be_loaded_are_told(self):
        (self.folder / "storage-bogus.so").write_text("no library")
        file = self.folder / "larder.yaml"
        file.write_text(f"plugins:\n  path: [{self.folder}]\n" + self.good)
        done = larder("plugins", "-c", file)
        self.assertEqual(done.returncode, 1, done)
        refused, = [line for line in done.stdout.splitlines() if line.startswith("refused")]
        self.assertIn("storage-bogus.so", refused)
        self.assertIn("storage\tfilesystem", done.stdout)
        self.assertEqual(self.check(file.read_text()).returncode, 0)  # nobody asks for it
        done = self.check(file.read_text().replace("plugin: filesystem", "plugin: bogus"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("storage.main.plugin", done.stderr)

    def test_serve_refuses_the_same(self):
        file = self.folder / "larder.yaml"
        file.write_text(self.good.replace("cache: main", "cache: mian"))
        done = larder("serve", "-c", file)
        self.assertEqual(done.returncode, 2)
        self.assertIn("repositories.pypi.cache", done.stderr)

    def test_environment_and_secrets(self):
        text = self.good.replace(f'"{self.folder}/x/storage"', '"${STORE}/s"')
        self.assertEqual(self.check(text, STORE=str(self.folder)).returncode, 0)
        missing = self.check(text)
        self.assertEqual(missing.returncode, 2)
        self.assertIn("STORE", missing.stderr)
        secret = re.search(r'bob: \{ password: "([^"]+)"', self.good)[1]
        (self.folder / "bob.hash").write_text(secret + "\n")
        (self.folder / "bob.hash").chmod(0o600)
        text = self.good.replace(f'bob: {{ password: "{secret}" }}',
                                 f"bob: {{ password_file: {self.folder}/bob.hash }}")
        self.assertEqual(self.check(text).returncode, 0)
        broken = self.check(self.good.replace(f'password: "{secret}"', 'password: "hunter2-plain"'))
        self.assertEqual(broken.returncode, 2)
        self.assertNotIn("hunter2-plain", broken.stderr + broken.stdout)

    def test_not_yaml(self):
        for text in ("server: [", "\tserver:", "", "- a\n- b\n", "server: {a: 1, a: 2}"):
            done = self.check(text)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn("larder.yaml", done.stderr)


class Examples(unittest.TestCase):
    """The files that come with larder, in a directory of their own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-examples-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "var").mkdir()
        secret = self.folder / "var/admin-password-hash"
        secret.write_text(hashed("admin-pw") + "\n")
        secret.chmod(0o600)

    def test_they_are_right(self):
        examples = sorted((ROOT / "etc").glob("*.yaml"))
        self.assertTrue(examples)
        for example in examples:
            done = larder("config", "check", "-c", example, cwd=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""), example)

    def test_the_smallest_serves(self):
        server = Larder(self.folder / "unused", configuration=(ROOT / "etc/minimal.yaml")
                        .read_text())
        server.start("--listen", "127.0.0.1:0", cwd=self.folder)
        self.addCleanup(server.stop)
        package = corpus.build_wheel(self.folder, "flywheel", "1.0")
        self.assertEqual(server.upload(package.filename, package.bytes()).status, 200)
        self.assertIn(package.filename, server.get("/simple/flywheel/").text)
        self.assertTrue((self.folder / "var/storage").is_dir())


class HashPassword(unittest.TestCase):
    def test_hash_is_usable_as_it_is_printed(self):
        users = []
        for scheme in ("", "yescrypt", "argon2id", "bcrypt", "sha512", "sha256", "pbkdf2-sha512",
                       "pbkdf2-sha256"):
            arguments = ["--scheme", scheme] if scheme else []
            done = larder("hash-password", "--stdin", *arguments, stdin="s3cret ü\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            users.append((f"user{len(users)}", done.stdout.strip()))
        server = Larder()
        self.addCleanup(shutil.rmtree, server.folder, True)
        text = server.configuration.read_text()
        lines = "".join(f'      {name}: {{ password: "{hash}" }}\n' for name, hash in users)
        server.configuration.write_text(text.replace("    users:\n", "    users:\n" + lines))
        server.start()
        self.addCleanup(server.stop)
        for name, _ in users:
            self.assertEqual(server.get("/simple/", f"{name}:s3cret ü").status, 200, name)
            self.assertEqual(server.get("/simple/", f"{name}:s3cret u").status, 401, name)

    def test_no_password(self):
        for given in ("", "\n", "two\nlines\n"):
            done = larder("hash-password", "--stdin", stdin=given)
            self.assertEqual((done.returncode, done.stdout), (1, ""), given)
            self.assertTrue(done.stderr)


class Verify(ServerCase):
    def setUp(self):
        self.name = "checked-" + self.id().rsplit("_", 1)[1]
        self.package = self.publish(self.wheel(self.name, "1.0"))

    def tearDown(self):
        for blob in self.blobs(self.package):
            blob.unlink()
        self.larder.upload(self.package.filename, self.package.bytes())
        self.larder.delete(f"/api/package/{self.name}/{self.package.filename}")

    def blobs(self, package):
        digest = sha256(package.bytes())
        return [path for path in self.larder.storage.rglob(digest + "*") if path.is_file()]

    def verify(self):
        self.larder.stop()
        try:
            return self.larder.run("verify")
        finally:
            self.larder.start()

    def test_clean(self):
        done = self.larder.run("verify")  # also beside a running server
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("0 damaged", done.stdout)

    def test_flipped_bit(self):
        blob, = self.blobs(self.package)
        data = bytearray(blob.read_bytes())
        data[len(data) // 2] ^= 1
        blob.chmod(0o644)
        blob.write_bytes(data)
        done = self.verify()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("damaged-blob", done.stdout)
        self.assertIn(self.package.filename, done.stdout)
        self.assertIn("1 damaged", done.stdout)

    def test_missing_blob(self):
        blob, = self.blobs(self.package)
        blob.unlink()
        done = self.verify()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("missing-blob", done.stdout)
        self.assertIn(self.package.filename, done.stdout)

    def test_orphan(self):
        data = b"nobody's"
        digest = sha256(data)
        like, = self.blobs(self.package)
        orphan = like.parent.parent / digest[:2] / digest
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(data)
        self.addCleanup(orphan.unlink, True)
        done = self.verify()
        self.assertIn("orphan", done.stdout)
        self.assertIn(digest, done.stdout)
        self.assertIn("0 damaged", done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_unreadable_record(self):
        entries = [path for path in self.larder.storage.rglob("entries/*") if path.is_file()]
        self.assertTrue(entries)
        newest = max(entries)
        data = newest.read_bytes()
        newest.chmod(0o644)
        newest.write_bytes(data[:-5])
        self.addCleanup(newest.write_bytes, data)
        done = self.larder.run("verify")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, "damaged-entry|unreadable-record")
        newest.write_bytes(data)


if __name__ == "__main__":
    unittest.main()
