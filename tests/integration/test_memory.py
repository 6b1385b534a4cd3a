"""Memory stays small whatever goes through: uploads are spooled, downloads sent from the file."""
import hashlib
import http.client
import re
import unittest

from case import ServerCase
from larder_server import basic

SIZE = 150_000_000
ALLOWED_KB = 60_000


class Memory(ServerCase):
    def peak(self):
        """The most memory that the server has had, in KiB."""
        status = open(f"/proc/{self.larder.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    def test_large_upload_and_download(self):
        package = self.wheel("heavy", "1.0", payload=SIZE)
        small = self.wheel("light", "1.0")
        self.publish(small)
        self.larder.get("/simple/light/")
        before = self.peak()
        answer = self.send(package)
        self.assertEqual(answer, 200)
        self.assertLess(self.peak(), before + ALLOWED_KB)

        connection = http.client.HTTPConnection(self.larder.host, self.larder.port, timeout=120)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/package/heavy/{package.filename}")
        answer, digest = connection.getresponse(), hashlib.sha256()
        while piece := answer.read(1 << 20):
            digest.update(piece)
        entry = self.files("heavy")[package.filename]
        self.assertEqual(digest.hexdigest(), entry["hashes"]["sha256"])
        self.assertLess(self.peak(), before + ALLOWED_KB)
        self.assertEqual([p for p in (self.larder.folder / "spool").rglob("*") if p.is_file()], [])

    def send(self, package):
        """Streams the form, so that it is not in this process's memory twice."""
        connection = http.client.HTTPConnection(self.larder.host, self.larder.port, timeout=120)
        self.addCleanup(connection.close)
        front = (f'--x\r\nContent-Disposition: form-data; name="content"; '
                 f'filename="{package.filename}"\r\n\r\n').encode()
        end = b"\r\n--x--\r\n"
        connection.putrequest("POST", "/legacy/")
        connection.putheader("Authorization", basic("alice")["Authorization"])
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        with open(package.path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            connection.putheader("Content-Length", str(len(front) + size + len(end)))
            connection.endheaders()
            connection.send(front)
            connection.send(file)
            connection.send(end)
        return connection.getresponse().status


if __name__ == "__main__":
    unittest.main()
