"""Damaged requests and archives, by dice with fixed seeds: a 4xx that helps, never a 5xx."""
import http.client
import random
import unittest

from case import JSON, ServerCase
from larder_server import basic, multipart


class Fuzz(ServerCase):
    def setUp(self):
        self.dice = random.Random(self.id())
        self.connection = http.client.HTTPConnection(self.larder.host, self.larder.port,
                                                     timeout=60)
        self.addCleanup(self.connection.close)

    def ask(self, method, path, headers, body=None):
        """On one connection as long as the server keeps it."""
        try:
            return self.larder.request(method, path, None, headers, body, self.connection)
        except (http.client.HTTPException, OSError):
            self.connection.close()
            return self.larder.request(method, path, None, headers, body)

    def damaged(self, data):
        data = bytearray(data)
        for _ in range(self.dice.choice((1, 1, 1, 2, 5))):
            at = self.dice.randrange(len(data))
            kind = self.dice.randrange(4)
            if kind == 0:
                data[at] ^= 1 << self.dice.randrange(8)
            elif kind == 1:
                del data[at:at + self.dice.randrange(1, 40)]
            elif kind == 2:
                data[at:at] = bytes(self.dice.randrange(256) for _ in range(3))
            else:
                piece = data[at:at + self.dice.randrange(1, 60)]
                data[at:at] = piece
            if not data:
                return b"x"
        return bytes(data)

    def assertAlive(self):
        self.assertEqual(self.larder.get("/health").status, 200)
        self.assertFalse([line for line in self.larder.log if "exception" in line])

    def test_archives(self):
        packages = [self.wheel("fuzzed", "1.0", requires_python=">=3.6", description="text\n" * 9),
                    self.sdist("fuzzed", "1.0"), self.sdist("fuzzed", "1.0", extension=".zip"),
                    self.sdist("fuzzed", "1.0", extension=".tar.bz2"),
                    self.sdist("fuzzed", "1.0", extension=".tar.xz")]
        for round_ in range(1500):
            package = packages[round_ % len(packages)]
            body, kind = multipart([], [("content", package.filename,
                                         self.damaged(package.bytes()))])
            answer = self.ask("POST", "/legacy/", {**basic("admin"), "Content-Type": kind}, body)
            self.assertIn(answer.status, (200, 400, 409), (round_, answer))
            if answer.status != 200:
                self.assertTrue(answer.text.strip())
        self.assertAlive()

    def test_forms(self):
        package = self.wheel("formed", "1.0")
        whole, kind = multipart([(":action", "file_upload"), ("name", "formed"),
                                 ("version", "1.0"), ("requires_python", "")],
                                [("content", package.filename, package.bytes())])
        for round_ in range(1500):
            front = whole[:700]
            body = self.damaged(front) + whole[700:] if round_ % 2 else self.damaged(whole)
            answer = self.ask("POST", "/simple/", {**basic("admin"), "Content-Type": kind}, body)
            self.assertIn(answer.status, (200, 400, 403, 409, 413), (round_, answer))
        self.assertAlive()

    def test_addresses(self):
        package = self.publish(self.wheel("addressed", "1.0"))
        starts = ["/simple/addressed/", "/pypi/addressed/1.0/json", "/api/package/?verbose=true",
                  f"/api/package/addressed/{package.filename}", self.url_of(package),
                  "/admin/rebuild?repository=pypi", "/api/package/addressed/1.0/yank", "/health"]
        odd = ["%", "%2", "%00", "%2f", "%2F..", "..", "//", "?", "#", "%ff", "%c3%28", "+", "%25",
               ";", "\\", "%5c", "a" * 300, "%0d%0a", "*", "&", "=", ":", "@", "%E2%80%AE"]
        for round_ in range(3000):
            path = self.dice.choice(starts)
            at = self.dice.randrange(1, len(path) + 1)
            path = path[:at] + self.dice.choice(odd) + path[at + self.dice.choice((0, 0, 1, 5)):]
            method = self.dice.choice(("GET", "HEAD", "GET", "DELETE", "PUT", "POST", "OPTIONS"))
            answer = self.ask(method, path.split("#")[0], {})
            self.assertLess(answer.status, 500, (method, path, answer))
            if method not in ("GET", "HEAD", "OPTIONS"):
                self.assertGreaterEqual(answer.status, 400, (method, path, answer))
        self.assertAlive()

    def test_headers(self):
        package = self.publish(self.wheel("headed", "1.0"))
        words = [JSON, "text/html", "*/*", ";q=", "q=0.5", ",", " ", ";", "bytes=", "0-", "-", "9" *
                 40, "gzip", "W/", '"', "*", "\t", "Basic ", "=", "\x80", "identity", "0.0001"]
        names = ("Accept", "Accept-Encoding", "Range", "If-Range", "If-None-Match", "Authorization",
                 "If-Modified-Since", "Host", "Origin", "Cookie", "Forwarded", "X-Forwarded-For")
        for round_ in range(2000):
            headers = {name: "".join(self.dice.choices(words, k=self.dice.randrange(6)))
                       for name in self.dice.sample(names, 3)}
            path = self.dice.choice(("/simple/headed/", "/simple/", self.url_of(package),
                                     "/pypi/headed/json", "/nothing"))
            answer = self.ask("GET", path, headers)
            self.assertLess(answer.status, 500, (path, headers, answer))
        self.assertAlive()

    def test_long_names(self):
        data = self.sdist("lengthy", "1.0").bytes()
        for length in (150, 189, 190, 191, 255, 1000, 7000, 9000, 100_000):
            name = "l" * (length - len("-1.0.tar.gz")) + "-1.0.tar.gz"
            answer = self.larder.upload(name, data)
            self.assertIn(answer.status, (400, 413), (length, answer))
            path = f"/api/package/{'l' * length}/"
            self.assertIn(self.larder.get(path).status, (200, 400, 404, 414, 431), length)
            self.assertIn(self.larder.get(f"/simple/{'l' * length}/").status,
                          (400, 404, 414, 431), length)
        self.assertAlive()


if __name__ == "__main__":
    unittest.main()
