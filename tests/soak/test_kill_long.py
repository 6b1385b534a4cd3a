"""Hundreds of kills, with another history each time; about five minutes."""
import random
import time
import unittest

from kill_loop import KillLoop as Loop

SECONDS = 300


class KillLong(Loop):
    def test_many_kills(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.run_rounds(15, seed=random.randrange(10**9))
            for package in self.offered.values():  # the next history starts with less
                self.larder.delete(f"/api/package/{package.project}/{package.filename}")


del Loop

if __name__ == "__main__":
    unittest.main()
