"""Two servers on one storage: nothing is lost, and each sees what the other does."""
import concurrent.futures
import threading
import time
import unittest

from case import JSON, ServerCase, sha256
from larder_server import Larder


class Two(ServerCase):
    """`self.larder` and `self.other` share the storage; each has a cache of its own."""

    options = {"storage_more": "tail_every: 1s", "repository": "overwrite: [admin]"}
    shares_cache = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        options = dict(cls.options, storage=cls.larder.storage)
        if cls.shares_cache:
            options["cache"] = cls.larder.cache
        cls.other = Larder(cls.folder / "other", **options).start()
        cls.addClassCleanup(cls.other.stop)
        cls.both = (cls.larder, cls.other)

    def names(self, larder, project):
        answer = larder.get(f"/simple/{project}/", Accept=JSON)
        return {file["filename"]: file for file in answer.json()["files"]} \
            if answer.status == 200 else {}

    def soon(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "the other server did not notice")
            time.sleep(0.02)


class OwnCaches(Two):
    def upload_to_both(self, packages):
        """Uploads all at once, alternating; answers the statuses."""
        start = threading.Barrier(len(packages))

        def run(numbered):
            number, package = numbered
            start.wait()
            return self.both[number % 2].upload(package.filename, package.bytes())

        with concurrent.futures.ThreadPoolExecutor(len(packages)) as pool:
            return list(pool.map(run, enumerate(packages)))

    def assertSamePages(self, project, wanted):
        for larder in self.both:
            self.soon(lambda: set(self.names(larder, project)) == wanted)
        for path, accept in ((f"/simple/{project}/", JSON), (f"/simple/{project}/", "text/html"),
                             (f"/pypi/{project}/json", "*/*"), ("/simple/", "text/html")):
            first, second = (larder.get(path, Accept=accept, Host="packages.example.org")
                             for larder in self.both)
            self.assertEqual(first.body, second.body, path)
            self.assertEqual(first.headers["ETag"], second.headers["ETag"], path)

    def test_uploads_to_both_at_once_lose_nothing(self):
        packages = [self.wheel("shared", f"1.{n}", payload=n) for n in range(40)]
        answers = self.upload_to_both(packages)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertSamePages("shared", {package.filename for package in packages})
        for larder in self.both:
            for package in packages[::7]:
                url = self.names(larder, "shared")[package.filename]["url"]
                self.assertEqual(larder.get(url).body, package.bytes())

    def test_same_file_name_has_one_winner_over_both(self):
        packages = [self.wheel("contested", "1.0", payload=n + 1) for n in range(20)]
        # Those who may replace would all win.
        start = threading.Barrier(len(packages))

        def run(numbered):
            number, package = numbered
            start.wait()
            return self.both[number % 2].upload(package.filename, package.bytes(), "alice")

        with concurrent.futures.ThreadPoolExecutor(len(packages)) as pool:
            answers = list(pool.map(run, enumerate(packages)))
        winners = [p for p, answer in zip(packages, answers) if answer.status == 200]
        self.assertEqual({answer.status for answer in answers}, {200, 409})
        self.assertEqual(len(winners), 1)
        self.assertSamePages("contested", {winners[0].filename})
        for larder in self.both:
            entry, = self.names(larder, "contested").values()
            self.assertEqual(entry["hashes"]["sha256"], sha256(winners[0].bytes()))

    def test_what_one_does_the_other_shows_within_the_tail_period(self):
        package = self.wheel("seen", "1.0")
        for writer, reader in (self.both, self.both[::-1]):
            self.assertEqual(writer.upload(package.filename, package.bytes()).status, 200)
            self.soon(lambda: package.filename in self.names(reader, "seen"))
            writer.post_form("/api/package/seen/1.0/yank", {"reason": "bad"}, method="PUT")
            self.soon(lambda: self.names(reader, "seen")[package.filename]["yanked"] == "bad")
            writer.delete(f"/api/package/seen/{package.filename}")
            self.soon(lambda: reader.get("/simple/seen/").status == 404)

    def test_a_writer_that_is_behind_decides_on_the_truth(self):
        """Without waiting for the tail: what counts is the journal, not the own cache."""
        for number in range(10):
            old = self.wheel(f"fresh-{number}", "1.0")
            new = self.wheel(f"fresh-{number}", "1.0", payload=9)
            self.assertEqual(self.larder.upload(old.filename, old.bytes()).status, 200)
            self.assertEqual(self.other.upload(new.filename, new.bytes(), "alice").status, 409)
            self.assertEqual(self.other.upload(old.filename, old.bytes(), "alice").status, 200)
            answer = self.other.delete(f"/api/package/fresh-{number}/{old.filename}")
            self.assertEqual(answer.status, 200, answer)

    def test_both_leave_a_clean_storage(self):
        self.publish(self.wheel("clean", "1.0"))
        done = self.larder.run("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class OneCache(Two):
    options = {"storage_more": "tail_every: 1h"}  # so that it is not the tail that helps
    shares_cache = True

    def test_visible_at_the_very_next_request(self):
        for number in range(20):
            writer, reader = self.both if number % 2 else self.both[::-1]
            package = self.wheel("instant", f"1.{number}")
            reader.get("/simple/instant/")  # prepared pages must not hide it
            self.assertEqual(writer.upload(package.filename, package.bytes()).status, 200)
            self.assertIn(package.filename, self.names(reader, "instant"))
            url = self.names(reader, "instant")[package.filename]["url"]
            self.assertEqual(reader.get(url).body, package.bytes())
            reason = f"r{number}"
            writer.post_form(f"/api/package/instant/1.{number}/yank", {"reason": reason},
                             method="PUT")
            self.assertEqual(self.names(reader, "instant")[package.filename]["yanked"], reason)
        listed = [larder.get("/api/package/instant/").json()["packages"] for larder in self.both]
        self.assertEqual([[row["version"] for row in rows] for rows in listed][0],
                         [f"1.{n}" for n in reversed(range(20))])

    def test_deleted_at_the_very_next_request(self):
        for number in range(10):
            writer, reader = self.both if number % 2 else self.both[::-1]
            package = self.wheel("brief", "1.0", payload=number)
            self.assertEqual(writer.upload(package.filename, package.bytes()).status, 200)
            url = self.names(reader, "brief")[package.filename]["url"]
            self.assertEqual(reader.get(url).status, 200)
            self.assertEqual(writer.delete(f"/api/package/brief/{package.filename}").status, 200)
            self.assertEqual(reader.get("/simple/brief/").status, 404)
            self.assertEqual(reader.get(url).status, 404)
            self.assertEqual(reader.get(f"/api/package/brief/{package.filename}").status, 404)

    def test_uploads_to_both_at_once(self):
        packages = [self.wheel("crowded", f"1.{n}") for n in range(30)]
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(
                lambda pair: self.both[pair[0] % 2].upload(pair[1].filename, pair[1].bytes()),
                enumerate(packages)))
        self.assertEqual({answer.status for answer in answers}, {200})
        for larder in self.both:
            self.assertEqual(set(self.names(larder, "crowded")), {p.filename for p in packages})

    def test_rebuild_by_one_while_the_other_serves(self):
        package = self.publish(self.wheel("steady", "1.0"))
        before = self.other.get("/simple/steady/").body
        self.assertEqual(self.larder.get("/admin/rebuild", "admin").status, 200)
        self.assertEqual(self.other.get("/simple/steady/").body, before)
        self.assertIn(package.filename, before.decode())


if __name__ == "__main__":
    unittest.main()
