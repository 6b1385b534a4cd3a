"""kill -9 during uploads, over and over: what was acknowledged must be there."""
import http.client
import random
import threading
import time

from case import JSON, ServerCase, sha256

WRITERS = 4


class KillLoop(ServerCase):
    """Not a test itself: `rounds` and what they do, for the short and the long one."""

    options = {"storage_more": "tail_every: 1s"}
    survivor = None  # another server on the same storage, which is never killed

    def run_rounds(self, rounds, seed):
        self.dice = random.Random(seed)
        self.acknowledged, self.deleted, self.offered, self.problems = {}, set(), {}, []
        for number in range(rounds):
            self.one_round(number)
            self.larder.start()
            self.check(f"after kill {number} (seed {seed})")
        self.larder.stop()
        done = self.larder.run("verify")
        self.larder.start()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("0 damaged", done.stdout)
        return len(self.acknowledged)

    def one_round(self, number):
        packages = [self.wheel(f"killed-{self.dice.randrange(5)}", f"{number}.{n}",
                               payload=self.dice.choice((0, 1000, 300_000))) for n in range(60)]
        for package in packages:
            self.offered[package.filename] = package
        threads = [threading.Thread(target=self.write, args=(
            packages[n::WRITERS], self.survivor if self.survivor and n % 2 else self.larder))
            for n in range(WRITERS)]
        timer = threading.Timer(self.dice.uniform(0.05, 0.8), self.larder.process.kill)
        for thread in [*threads, timer]:
            thread.start()
        for thread in [*threads, timer]:
            thread.join()
        self.larder.kill()
        self.assertEqual(self.problems, [])

    def write(self, packages, larder):
        for package in packages:
            try:
                answer = larder.upload(package.filename, package.bytes())
                if larder is self.survivor and answer.status != 200:
                    self.problems.append(answer)
                if answer.status == 200:
                    self.acknowledged[package.filename] = package
                path = f"/api/package/{package.project}/{package.filename}"
                if answer.status == 200 and package.version.endswith("7"):
                    del self.acknowledged[package.filename]  # either way, from here on
                    if larder.delete(path).status == 200:
                        self.deleted.add(package.filename)
            except (OSError, http.client.HTTPException) as problem:
                if larder is self.survivor:
                    self.problems.append(problem)
                return

    def check(self, when):
        self.check_on(self.larder, when)
        if self.survivor:
            end = time.monotonic() + 20
            while True:
                try:
                    return self.check_on(self.survivor, when + ", on the survivor")
                except AssertionError:  # it looks at the other's changes once a second
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.2)

    def check_on(self, larder, when):
        found = {}
        for project in {package.project for package in self.offered.values()}:
            page = larder.get(f"/simple/{project}/", Accept=JSON)
            self.assertIn(page.status, (200, 404), when)
            for file in page.json()["files"] if page.status == 200 else []:
                found[file["filename"]] = file
        self.assertEqual(set(self.acknowledged) - set(found), set(), when)
        self.assertEqual(self.deleted & set(found), set(), when)
        self.assertLessEqual(set(found), set(self.offered), when)
        for filename, file in found.items():
            if filename in self.acknowledged and self.dice.random() > 0.3:
                continue  # not every file after every round
            package = self.offered[filename]
            self.assertEqual(file["hashes"]["sha256"], sha256(package.bytes()), when)
            answer = larder.get(file["url"])
            self.assertEqual((answer.status, answer.body), (200, package.bytes()), when)
            metadata = larder.get(file["url"] + ".metadata")
            self.assertEqual(sha256(metadata.body), file["core-metadata"]["sha256"], when)
