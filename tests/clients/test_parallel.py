"""Many at once: nothing lost, one winner, no server error, no torn page."""
import concurrent.futures
import threading
import unittest

from case import JSON, ServerCase, sha256

CLIENTS = 50


def together(work, items):
    """work(item) for all of them at the same moment, each in a thread of its own."""
    items = list(items)
    start = threading.Barrier(len(items))

    def run(item):
        start.wait()
        return work(item)

    with concurrent.futures.ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


class Parallel(ServerCase):
    options = {"repository": "overwrite: [admin]"}

    def upload(self, package, user="alice"):
        return self.larder.upload(package.filename, package.bytes(), user)

    def test_different_files_of_one_project(self):
        packages = [self.wheel("crowd", f"1.{n}", payload=n * 100) for n in range(CLIENTS)]
        answers = together(self.upload, packages)
        self.assertEqual({answer.status for answer in answers}, {200})
        files = self.files("crowd")
        self.assertEqual(set(files), {package.filename for package in packages})
        for package in packages:
            self.assertEqual(files[package.filename]["hashes"]["sha256"], sha256(package.bytes()))

    def test_different_projects(self):
        packages = [self.wheel(f"many-{n}", "1.0") for n in range(CLIENTS)]
        answers = together(self.upload, packages)
        self.assertEqual({answer.status for answer in answers}, {200})
        listed = set(self.larder.get("/api/package/").json()["packages"])
        self.assertLessEqual({package.project for package in packages}, listed)

    def test_same_file(self):
        package = self.wheel("same", "1.0")
        answers = together(self.upload, [package] * CLIENTS)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(list(self.files("same")), [package.filename])
        self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())

    def test_same_name_with_different_bytes_has_one_winner(self):
        packages = [self.wheel("race", "1.0", payload=n + 1) for n in range(CLIENTS)]
        answers = together(self.upload, packages)
        winners = [package for package, answer in zip(packages, answers) if answer.status == 200]
        self.assertEqual(sorted({answer.status for answer in answers}), [200, 409])
        self.assertEqual(len(winners), 1)
        self.assertEqual(self.larder.get(self.url_of(winners[0])).body, winners[0].bytes())

    def test_everybody_sees_at_once_what_they_did(self):
        def live(number):
            seen = []
            for round_ in range(4):
                package = self.wheel("mine", f"{number}.{round_}")
                seen.append(self.upload(package).status)
                seen.append(package.filename in self.files("mine"))
                seen.append(self.larder.get(f"/pypi/mine/{package.version}/json").status)
                answer = self.larder.post_form(f"/api/package/mine/{package.version}/yank",
                                               {"reason": "r"}, method="PUT")
                seen.append(answer.status)
                seen.append(self.files("mine")[package.filename]["yanked"])
                path = f"/api/package/mine/{package.filename}"
                if round_ % 2:
                    seen.append(self.larder.delete(path).status)
                    seen.append(self.larder.get(path).status)
                    page = self.page("mine")
                    seen.append(package.filename.encode() in page.body)
            return seen

        kept = [200, True, 200, 200, "r"]
        for seen in together(live, range(20)):
            self.assertEqual(seen, (kept + kept + [200, 404, False]) * 2)

    def test_replacing_leaves_one_whole_file(self):
        packages = [self.wheel("replaced", "1.0", payload=n + 1) for n in range(10)]
        answers = together(lambda package: self.upload(package, "admin"), packages)
        self.assertEqual({answer.status for answer in answers}, {200})
        data = self.larder.get(self.url_of(packages[0])).body
        self.assertIn(data, [package.bytes() for package in packages])


class Racing(ServerCase):
    """Writers change a project over and over while readers check each page that they get."""

    ROUNDS = 25

    def race(self, write, check):
        done = threading.Event()
        failures, pages = [], set()

        def read():
            while not done.is_set():
                for path, headers in (("/simple/raced/", {"Accept": JSON}),
                                      ("/simple/raced/", {"Accept": "text/html"}),
                                      ("/pypi/raced/json", {}), ("/api/package/raced/", {})):
                    answer = self.larder.request("GET", path, headers=headers)
                    try:
                        pages.add((path, headers.get("Accept"), answer.headers.get("ETag"),
                                   answer.body))
                        check(path, headers.get("Accept"), answer)
                    except Exception as problem:  # told by the main thread
                        failures.append((problem, answer))
                        return

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        try:
            for number in range(self.ROUNDS):
                write(number)
        finally:
            done.set()
            for reader in readers:
                reader.join()
        self.assertEqual(failures, [])
        tags = [(path, accept, tag) for path, accept, tag, _ in pages if tag]
        self.assertEqual(len(tags), len(set(tags)), "one ETag for two bodies")
        self.assertGreater(len(pages), 8)

    def test_yank_is_seen_on_all_files_of_a_version_or_none(self):
        packages = [self.wheel("raced", "1.0"), self.sdist("raced", "1.0"),
                    self.wheel("raced", "2.0")]
        self.publish(*packages)

        def write(number):
            method = "DELETE" if number % 2 else "PUT"
            answer = self.larder.post_form("/api/package/raced/1.0/yank",
                                           {"reason": f"r{number}"}, method=method)
            self.assertEqual(answer.status, 200)

        def check(path, accept, answer):
            assert answer.status == 200, answer
            if accept == JSON:
                files = answer.json()["files"]
                assert len(files) == 3
                assert len({str(f["yanked"]) for f in files if "-1.0" in f["filename"]}) == 1
            elif accept:
                assert answer.text.endswith("</html>\n")
                assert answer.text.count("data-yanked") in (0, 2)
            elif path.startswith("/pypi"):
                rows = answer.json()["releases"]["1.0"]
                assert len({str(row["yanked_reason"]) for row in rows}) == 1

        self.race(write, check)
        for package in packages:
            self.larder.delete(f"/api/package/raced/{package.filename}")

    def test_deleting_and_uploading(self):
        keep, gone = self.wheel("raced", "1.0"), self.wheel("raced", "2.0")
        self.publish(keep, gone)
        allowed = ({keep.filename}, {keep.filename, gone.filename})

        def write(number):
            if number % 2:
                self.publish(gone)
            else:
                answer = self.larder.delete(f"/api/package/raced/{gone.filename}")
                self.assertEqual(answer.status, 200)

        def check(path, accept, answer):
            assert answer.status == 200, answer
            if accept == JSON:
                page = answer.json()
                assert {file["filename"] for file in page["files"]} in allowed
                assert len(page["versions"]) == len(page["files"])
                for file in page["files"]:
                    got = self.larder.get(file["url"])
                    assert got.status in (200, 404), got
                    assert got.status == 404 or sha256(got.body) == file["hashes"]["sha256"]
            elif path.startswith("/pypi"):
                document = answer.json()
                assert document["info"]["version"] in document["releases"]
                assert document["urls"] == document["releases"][document["info"]["version"]]

        self.race(write, check)


if __name__ == "__main__":
    unittest.main()
