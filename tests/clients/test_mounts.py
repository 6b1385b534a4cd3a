"""Several repositories in one server, and servers that clients see under another address."""
import socket
import unittest

from case import JSON, ServerCase, sha256
from larder_server import Larder

TEAM = """  team:
    format: pypi
    storage: main
    cache: main
    access: main
    mount: {mount}
    default_read: [staff]
"""


class Mounts(ServerCase):
    first_mount = "/"
    options = {"grants": ["{ repository: pypi, project: guarded, user: alice, verbs: [read, "
                          "write] }"]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.larder.stop()
        text = cls.larder.configuration.read_text().rstrip("\n")
        if cls.first_mount != "/":
            text += f"\n    mount: {cls.first_mount}"
        cls.larder.configuration.write_text(text + "\n" + TEAM.format(mount="/team/"))
        cls.larder.start()

    def upload(self, package, path, user="alice"):
        return self.larder.upload(package.filename, package.bytes(), user, path=path)


class RootAndTeam(Mounts):
    def test_each_has_its_own_projects_and_links(self):
        here, there = self.wheel("apart", "1.0"), self.wheel("apart", "1.0", payload=5)
        self.assertStatus(self.upload(here, "/legacy/"), 200)
        for path in ("/team/legacy/", "/team/simple", "/team/", "/team/pypi/"):
            self.assertStatus(self.upload(there, path), 200)
        for prefix, package in (("", here), ("/team", there)):
            page = self.larder.get(prefix + "/simple/apart/", "alice", Accept=JSON).json()
            url = page["files"][0]["url"]
            self.assertEqual(url, f"{prefix}/files/apart/{sha256(package.bytes())}/"
                                  f"{package.filename}")
            self.assertEqual(self.larder.get(url, "alice").body, package.bytes())
            row, = self.larder.get(prefix + "/api/package/apart/", "alice").json()["packages"]
            self.assertEqual(row["url"], f"{self.larder.url}{prefix}/api/package/apart/"
                                         f"{package.filename}")
            root = self.larder.get(prefix + "/simple/", "alice").text
            self.assertIn(f'href="{prefix}/simple/apart/"', root)
        only = self.wheel("teamonly", "1.0")
        self.assertStatus(self.upload(only, "/team/legacy/"), 200)
        self.assertEqual(self.larder.get("/simple/teamonly/").status, 404)

    def test_each_has_its_own_rights(self):
        package = self.wheel("guarded", "1.0")
        self.assertStatus(self.upload(package, "/legacy/", "bob"), 403)
        self.assertStatus(self.upload(package, "/team/legacy/", "bob"), 200)
        self.assertEqual(self.larder.get("/team/simple/guarded/", "bob").status, 403)
        self.assertEqual(self.larder.get("/team/simple/guarded/").status, 401)
        self.assertEqual(self.larder.get("/team/simple/guarded/", "alice").status, 200)
        self.assertEqual(self.larder.get("/team/api/package/").json(), {"packages": []})

    def test_pip_installs_from_the_team(self):
        package = self.wheel("teamwheel", "1.0")
        self.assertDone(self.client.twine_upload(self.larder.url + "/team/legacy/", "bob",
                                                 "bob-pw", package.path))
        done = self.client.pip("download", "--no-deps", "--dest", self.fresh(), "--index-url",
                               self.larder.url_as("alice") + "/team/simple/", "teamwheel")
        self.assertDone(done)

    def test_rebuild_means_the_one_at_the_root(self):
        self.assertEqual(self.larder.get("/admin/rebuild", "admin").status, 200)
        self.assertTrue(self.larder.wait_for_log("event=repo.rebuilt"))
        self.assertEqual(self.larder.get("/admin/rebuild?repository=team", "admin").status, 200)
        answer = self.larder.get("/admin/rebuild?repository=nothing", "admin")
        self.assertStatus(answer, 400, "pypi", "team")

    def test_commands_take_repositories(self):
        done = self.larder.run("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("pypi: read", done.stdout)
        self.assertIn("team: read", done.stdout)
        done = self.larder.run("rebuild", "team")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("pypi:", done.stdout)


class NoneAtTheRoot(Mounts):
    first_mount = "/main/"

    def test_ambiguity_lists_the_choices(self):
        answer = self.larder.get("/admin/rebuild", "admin")
        self.assertStatus(answer, 400, "pypi", "team")
        self.assertEqual(self.larder.get("/admin/rebuild?repository=pypi", "admin").status, 200)

    def test_nothing_is_served_elsewhere(self):
        package = self.wheel("mounted", "1.0")
        self.assertStatus(self.upload(package, "/main/legacy/"), 200)
        for path in ("/simple/", "/simple/mounted/", "/api/package/", "/mainsimple/", "/teamx/"):
            self.assertEqual(self.larder.get(path, "admin").status, 404, path)
        self.assertIn(self.upload(package, "/").status, (404, 405))


class SameMount(unittest.TestCase):
    def test_two_repositories_at_one_mount_are_refused(self):
        larder = Larder()
        with larder.configuration.open("a") as file:
            file.write(TEAM.format(mount="/"))
        done = larder.run("config", "check")
        self.assertEqual(done.returncode, 2)
        self.assertIn("repositories.team", done.stderr)


class BehindProxy(ServerCase):
    options = {"server": "trusted_proxies: [127.0.0.1]"}

    def test_forwarded_address_is_in_links_and_log(self):
        package = self.publish(self.wheel("proxied", "1.0"))
        forwarded = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https",
                     "X-Forwarded-Host": "packages.example.org", "X-Forwarded-Prefix": "/py"}
        row, = self.larder.request("GET", "/api/package/proxied/",
                                   headers=forwarded).json()["packages"]
        self.assertEqual(row["url"], "https://packages.example.org/py/api/package/proxied/"
                                     + package.filename)
        page = self.larder.request("GET", "/simple/proxied/?behind=proxy", headers=forwarded).text
        self.assertIn('href="/py/files/proxied/', page)
        found = self.wait_for_access(lambda line: "behind=proxy" in line)
        self.assertTrue(found[0].startswith("192.0.2.7 "), found)
        plain = self.larder.get("/simple/proxied/").text
        self.assertIn('href="/files/proxied/', plain)


class WithoutProxy(ServerCase):
    def test_forwarded_address_is_not_believed(self):
        self.publish(self.wheel("direct", "1.0"))
        forwarded = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "evil.example",
                     "X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "gopher",
                     "Forwarded": "for=192.0.2.8;host=evil.example"}
        for path in ("/simple/direct/?direct=yes", "/api/package/direct/", "/pypi/direct/json"):
            answer = self.larder.request("GET", path, headers=forwarded)
            self.assertNotIn("evil", answer.text)
        found = self.wait_for_access(lambda line: "direct=yes" in line)
        self.assertTrue(found[0].startswith("127.0.0.1 "), found)

    def test_host_header_makes_no_markup(self):
        self.publish(self.wheel("hosted", "1.0"))
        for host in ('x"><script>', "a b", "x/../../y", ""):
            answer = self.larder.get("/simple/hosted/", Host=host)
            self.assertNotIn("script", answer.text)
            if host:
                self.assertIn(answer.status, (200, 400))


class BaseUrl(ServerCase):
    options = {"server": 'base_url: "https://packages.example.org/prefix"'}

    def test_links_are_of_the_base_url(self):
        package = self.publish(self.wheel("based", "1.0"))
        row, = self.larder.get("/api/package/based/").json()["packages"]
        self.assertEqual(row["url"], "https://packages.example.org/prefix/api/package/based/"
                                     + package.filename)
        self.assertIn(f"/prefix/files/based/{sha256(package.bytes())}/",
                      self.larder.get("/simple/based/").text)
        self.assertIn('href="/prefix/simple/based/"', self.larder.get("/simple/").text)


class UnixSocket(unittest.TestCase):
    def test_serves_there_as_well(self):
        larder = Larder()
        path = larder.folder / "http.sock"
        text = larder.configuration.read_text()
        larder.configuration.write_text(text.replace('["127.0.0.1:0"]',
                                                     f'["127.0.0.1:0", "unix:{path}"]'))
        with larder:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(str(path))
                sock.sendall(b"GET /simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                answer = b""
                while piece := sock.recv(65536):
                    answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
        self.assertFalse(path.exists())


if __name__ == "__main__":
    unittest.main()
