"""Hundreds of kills, with another history each time; about five minutes each."""
import random
import time
import unittest

from kill_loop import KillLoop as Loop
from larder_server import Larder

SECONDS = 240


class KillLong(Loop):
    def go_on(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.run_rounds(15, seed=random.randrange(10**9))
            for package in self.offered.values():  # the next history starts with less
                self.larder.delete(f"/api/package/{package.project}/{package.filename}")

    def test_many_kills(self):
        self.go_on()


class KillOneOfTwoLong(KillLong):
    def test_many_kills(self):
        self.survivor = Larder(self.folder / "survivor", storage=self.larder.storage,
                               **self.options).start()
        self.addCleanup(self.survivor.stop)
        self.go_on()


del Loop

if __name__ == "__main__":
    unittest.main()
