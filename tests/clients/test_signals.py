"""SIGTERM lets running requests end; SIGHUP takes over what can be taken over."""
import http.client
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from case import JSON, ServerCase
from larder_server import Larder, basic, hashed, multipart


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.01)


class Signals(ServerCase):
    def setUp(self):
        self.server = Larder(self.fresh()).start()
        self.addCleanup(self.server.kill)

    def closed(self):
        """Whether nobody listens any more."""
        try:
            socket.create_connection((self.server.host, self.server.port), 5).close()
            return False
        except ConnectionRefusedError:
            return True

    def terminate(self):
        """Starts the end, and returns when new connections are refused."""
        self.server.process.send_signal(signal.SIGTERM)
        until(self.closed)

    def test_sigterm_waits_for_an_upload(self):
        package = self.wheel("slow", "1.0", payload=50_000)
        body, kind = multipart([], [("content", package.filename, package.bytes())])
        sock = socket.create_connection((self.server.host, self.server.port), 60)
        self.addCleanup(sock.close)
        sock.sendall(f"POST /simple/ HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
                     f"Authorization: {basic('admin')['Authorization']}\r\n"
                     f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        self.assertTrue(sock.recv(1000).startswith(b"HTTP/1.1 100 "))
        sock.sendall(body[:1000])
        self.terminate()
        sock.sendall(body[1000:])
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        self.assertEqual((answer.status, answer.headers["Connection"]), (200, "close"))
        self.assertEqual(self.server.process.wait(60), 0)
        self.server.process = None
        self.server.start()
        page = self.server.get("/simple/slow/")
        self.assertIn(package.filename, page.text)

    def test_sigterm_waits_for_a_download(self):
        package = self.wheel("broad", "1.0", payload=20_000_000)
        answer = self.server.upload(package.filename, package.bytes())
        self.assertEqual(answer.status, 200)
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/package/broad/{package.filename}")
        answer = connection.getresponse()
        first = answer.read(1000)
        self.terminate()
        self.assertEqual(first + answer.read(), package.bytes())
        self.assertEqual(self.server.process.wait(60), 0)
        self.server.process = None

    def test_sigterm_ends_idle_connections_at_once(self):
        idle = [socket.create_connection((self.server.host, self.server.port)) for _ in range(5)]
        for sock in idle:
            self.addCleanup(sock.close)
        self.server.get("/health")
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(25), 0)  # less than drain_timeout
        self.server.process = None

    def test_sigint_ends_it_as_well(self):
        self.server.process.send_signal(signal.SIGINT)
        self.assertEqual(self.server.process.wait(30), 0)
        self.server.process = None

    # -- reload
    def reload(self, **replacements):
        text = self.server.configuration.read_text()
        for old, new in replacements.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.server.configuration.write_text(text)
        return self.hup()

    def hup(self):
        """The log lines of a reload."""
        before = len(self.server.log)
        self.server.process.send_signal(signal.SIGHUP)
        until(lambda: any("reload.done" in line or "reload.refused" in line
                          or "reload.failed" in line or "reload.incomplete" in line
                          for line in self.server.log[before:]))
        return "".join(self.server.log[before:])

    def test_sighup_takes_over_users_groups_and_grants(self):
        package = self.wheel("secretpkg", "1.0")
        self.server.upload(package.filename, package.bytes(), "alice")
        self.assertEqual(self.server.get("/simple/", "carol:carol-pw").status, 401)
        self.assertEqual(self.server.get("/simple/secretpkg/", "bob").status, 403)
        url = self.server.get("/simple/secretpkg/", "alice", Accept=JSON).json()["files"][0]["url"]
        self.assertEqual(self.server.get(url, "alice").status, 200)
        self.reload(user=("    users:\n", "    users:\n      carol: { password: \""
                          + hashed("carol-pw") + "\" }\n"),
                    grant=("user: alice, verbs", "group: staff, verbs"),
                    group=("staff: [alice]", "staff: [bob, carol]"))
        self.assertEqual(self.server.get("/simple/", "carol:carol-pw").status, 200)
        self.assertEqual(self.server.get("/simple/secretpkg/", "carol:carol-pw").status, 200)
        self.assertEqual(self.server.get("/simple/secretpkg/", "bob").status, 200)
        self.assertEqual(self.server.get("/simple/secretpkg/", "alice").status, 403)
        self.assertEqual(self.server.get(url, "alice").status, 403)
        self.assertEqual(self.server.get(url, "bob").status, 200)

    def test_sighup_changes_a_password(self):
        self.assertEqual(self.server.get("/simple/", "bob").status, 200)
        text = self.server.configuration.read_text()
        old = next(line for line in text.splitlines() if line.strip().startswith("bob:"))
        new = f'      bob: {{ password: "{hashed("other-pw")}" }}'
        self.server.configuration.write_text(text.replace(old, new))
        self.hup()
        self.assertEqual(self.server.get("/simple/", "bob").status, 401)
        self.assertEqual(self.server.get("/simple/", "bob:other-pw").status, 200)

    def test_sighup_removes_users_and_remembered_passwords(self):
        self.assertEqual(self.server.get("/simple/", "bob").status, 200)
        text = self.server.configuration.read_text()
        kept = [line for line in text.splitlines() if not line.strip().startswith("bob:")]
        self.server.configuration.write_text("\n".join(kept) + "\n")
        self.hup()
        self.assertEqual(self.server.get("/simple/", "bob").status, 401)

    def test_sighup_takes_over_repository_rights(self):
        self.assertEqual(self.server.get("/simple/whatever/").status, 404)
        self.reload(rights=("    format: pypi\n", "    format: pypi\n    default_read: [staff]\n"))
        self.assertEqual(self.server.get("/simple/whatever/").status, 401)
        self.assertEqual(self.server.get("/simple/whatever/", "bob").status, 403)
        self.assertEqual(self.server.get("/simple/whatever/", "alice").status, 404)

    def test_sighup_takes_over_log_settings_and_opens_the_access_log_anew(self):
        self.assertIn('"event":"reload.done"', self.reload(
            log=("server:\n", "server:\n  log: { format: json, level: info }\n")))
        text = self.server.configuration.read_text()
        self.server.configuration.write_text(text.replace("level: info", "level: error"))
        log = self.server.folder / "access.log"
        log.rename(log.with_suffix(".1"))
        self.server.process.send_signal(signal.SIGHUP)
        until(log.exists)
        before = len(self.server.log)
        package = self.wheel("quiet", "1.0")
        self.assertEqual(self.server.upload(package.filename, package.bytes()).status, 200)
        self.assertFalse(any("pypi.file.published" in line for line in self.server.log[before:]))
        self.server.get("/simple/quiet/")
        self.assertTrue(self.wait_for_access_of("/simple/quiet/"))

    def wait_for_access_of(self, path):
        until(lambda: any(path in line for line in self.access_lines(self.server)))
        return True

    def test_sighup_says_what_takes_a_restart(self):
        lines = self.reload(workers=("server:\n", "server:\n  workers: 5\n"))
        self.assertIn("reload.restart.needed", lines)
        self.assertIn("server.workers", lines)
        self.assertEqual(lines.count("reload.restart.needed"), 1)

    def test_sighup_with_a_wrong_configuration_changes_nothing(self):
        lines = self.reload(bad=("server:\n", "server:\n  wrokers: 5\n"),
                            user=("      bob:", "      robert:"))
        self.assertIn("reload.refused", lines)
        self.assertIn("server.wrokers", lines)
        self.assertEqual(self.server.get("/simple/", "bob").status, 200)


class Tls(ServerCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("openssl is not installed")
        cls.certificates = pathlib.Path(tempfile.mkdtemp(prefix="larder-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.certificates, True)
        cls.certify("first")
        cls.options = {"server": f"tls: {{ certificate: {cls.certificates}/first.pem, "
                                 f"key: {cls.certificates}/first.key }}"}
        super().setUpClass()

    @classmethod
    def certify(cls, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", cls.certificates / f"{name}.key",
                        "-out", cls.certificates / f"{name}.pem"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def curl(self, authority, path, *arguments):
        return self.client.curl("--cacert", self.certificates / (authority + ".pem"), *arguments,
                                f"https://{self.larder.host}:{self.larder.port}{path}")

    def test_upload_download_and_a_new_certificate_on_sighup(self):
        package = self.wheel("sealed", "1.0", payload=300_000)
        done = self.curl("first", "/simple/", "-u", "admin:admin-pw", "-F",
                         f"content=@{package.path}")
        self.assertDone(done)
        target = self.fresh() / "got"
        self.assertDone(self.curl("first", f"/api/package/sealed/{package.filename}", "-o", target))
        self.assertEqual(target.read_bytes(), package.bytes())
        listed = self.curl("first", "/api/package/sealed/").stdout
        self.assertIn(f"https://{self.larder.host}:{self.larder.port}/api/package/sealed/", listed)

        self.certify("second")
        kept = {name: (self.certificates / ("first" + name)).read_bytes()
                for name in (".pem", ".key")}
        for name in (".pem", ".key"):
            shutil.copy(self.certificates / ("second" + name), self.certificates / ("now" + name))
            (self.certificates / ("now" + name)).replace(self.certificates / ("first" + name))
        (self.certificates / "old.pem").write_bytes(kept[".pem"])
        self.larder.process.send_signal(signal.SIGHUP)
        self.assertTrue(self.larder.wait_for_log("event=reload.done"))
        self.assertDone(self.curl("second", "/simple/sealed/"))
        self.assertRefused(self.curl("old", "/simple/sealed/"))

        (self.certificates / "first.pem").write_text("not a certificate")
        self.larder.process.send_signal(signal.SIGHUP)
        self.assertTrue(self.larder.wait_for_log("event=tls.reload.failed")
                        or self.larder.wait_for_log("event=reload.refused"))
        self.assertDone(self.curl("second", "/simple/sealed/"))

    def test_plain_http_on_the_tls_port_is_refused(self):
        with socket.create_connection((self.larder.host, self.larder.port), 30) as sock:
            sock.sendall(b"GET /simple/ HTTP/1.1\r\nHost: x\r\n\r\n")
            sock.settimeout(30)
            try:
                answer = sock.recv(1000)
            except ConnectionResetError:
                answer = b""
            self.assertNotIn(b"200 OK", answer)


if __name__ == "__main__":
    unittest.main()
