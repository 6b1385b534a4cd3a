"""Storage is the truth: a rebuilt, deleted or damaged cache gives the same pages byte for byte."""
import threading
import unittest

import corpus
from case import HTML_V1, JSON, ServerCase

HOST = "packages.example.org"


class Rebuild(ServerCase):
    options = {"grants": ["{ repository: pypi, project: secretpkg, user: alice, "
                          "verbs: [read, write] }"]}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("test_admin_rebuild")
        case.publish(*corpus.flywheel(case.fresh()))
        case.publish(*(package for package in corpus.odd(case.fresh())))
        case.publish(case.wheel("secretpkg", "1.0"), user="alice")
        case.publish(case.wheel("deleted", "1.0"), case.wheel("deleted", "2.0"))
        cls.larder.delete("/api/package/deleted/deleted-1.0-py3-none-any.whl")
        put = lambda path, **fields: cls.larder.post_form(path, fields, method="PUT")
        put("/api/package/flywheel/0.2.0/yank", reason="brökén <&>")
        put("/api/package/odd-old/status", status="archived", reason="too old")
        put("/api/package/odd-new/status", status="deprecated")
        put("/api/package/odd-egg/status", status="quarantined", reason="smells")

    def everything(self):
        """{request: (status, headers that matter, body)} of all there is to read."""
        names = self.larder.get("/api/package/", "admin").json()["packages"]
        requests = [(f"/simple/{path}", accept) for path in ["", *(n + "/" for n in names)]
                    for accept in ("text/html", HTML_V1, JSON)]
        requests += [(path, "application/json") for name in names for path in
                     (f"/pypi/{name}/json", f"/api/package/{name}/")]
        requests += [("/api/package/", "*/*"), ("/api/package/?verbose=true", "*/*")]
        seen = {}
        for user in ("admin", "alice"):
            for path, accept in requests:
                answer = self.larder.get(path, user, Accept=accept, Host=HOST)
                headers = [answer.headers.get(name) for name in
                           ("ETag", "Content-Type", "Cache-Control", "X-PyPI-Last-Serial")]
                seen[user, path, accept] = (answer.status, headers, answer.body)
        return seen

    def assertSame(self, before, after):
        self.assertEqual(set(before), set(after))
        for request, wanted in before.items():
            self.assertEqual(after[request], wanted, request)

    def test_there_is_something_to_compare(self):
        seen = self.everything()
        self.assertGreater(len(seen), 100)
        self.assertTrue(all(status == 200 for status, _, _ in seen.values()
                            ) or {s for s, _, _ in seen.values()} <= {200, 403, 404})
        self.assertIn("brökén <&>", seen["admin", "/simple/flywheel/", JSON][2].decode())

    def test_admin_rebuild(self):
        before = self.everything()
        self.assertEqual(self.larder.get("/admin/rebuild", "admin").status, 200)
        self.assertSame(before, self.everything())

    def test_command_beside_the_running_server(self):
        before = self.everything()
        done = self.larder.run("rebuild")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pypi", done.stdout)
        self.assertSame(before, self.everything())
        self.assertEqual(self.larder.run("rebuild", "pypi").returncode, 0)
        done = self.larder.run("rebuild", "nothing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing", done.stderr)

    def remove_cache(self):
        for path in self.larder.folder.glob("cache.db*"):
            path.unlink()

    def test_deleted_cache_and_restart(self):
        before = self.everything()
        self.larder.stop()
        self.remove_cache()
        self.larder.start()
        self.assertSame(before, self.everything())

    def test_cache_deleted_under_the_running_server(self):
        before = self.everything()
        self.remove_cache()
        for _ in range(200):  # it may say 503 while it rebuilds, never anything wrong
            if self.larder.get("/simple/flywheel/").status == 200:
                break
        self.assertSame(before, self.everything())

    def test_restart_alone(self):
        before = self.everything()
        self.larder.restart()
        self.assertSame(before, self.everything())


class RebuildUnderLoad(ServerCase):
    def test_uploads_meanwhile_are_not_lost_and_readers_never_see_less(self):
        acknowledged, problems, done = [], [], threading.Event()
        packages = [self.wheel(f"busy-{n % 3}", f"1.{n}") for n in range(90)]

        def write(mine):
            for package in mine:
                answer = self.larder.upload(package.filename, package.bytes())
                (acknowledged if answer.status == 200 else problems).append(package)

        def read():
            while not done.is_set():
                known = list(acknowledged)
                for project in ("busy-0", "busy-1", "busy-2"):
                    listed = set(self.page(project).json().get("versions", [])) \
                        if self.page(project).status == 200 else set()
                    missing = [p for p in known if p.project == project
                               and p.version not in listed]
                    if missing:
                        problems.append((project, missing))
                        return

        writers = [threading.Thread(target=write, args=(packages[n::3],)) for n in range(3)]
        reader = threading.Thread(target=read)
        for thread in [*writers, reader]:
            thread.start()
        outcomes = []
        while any(writer.is_alive() for writer in writers):
            outcomes.append(self.larder.get("/admin/rebuild", "admin").status)
            outcomes.append(self.larder.run("rebuild").returncode)
        done.set()
        reader.join()
        self.assertEqual(problems, [])
        self.assertEqual(set(outcomes), {200, 0})
        for project in ("busy-0", "busy-1", "busy-2"):
            self.assertEqual(set(self.files(project)),
                             {p.filename for p in packages if p.project == project})


if __name__ == "__main__":
    unittest.main()
