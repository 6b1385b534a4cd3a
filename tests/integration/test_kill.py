"""A few kills; tests/soak has the long version."""
import unittest

from kill_loop import KillLoop as Loop
from larder_server import Larder


class Kill(Loop):
    def test_a_few_kills_lose_nothing_that_was_acknowledged(self):
        self.assertGreater(self.run_rounds(8, seed=1), 20)


class KillOneOfTwo(Loop):
    def test_the_other_goes_on(self):
        self.survivor = Larder(self.folder / "survivor", storage=self.larder.storage,
                               **self.options).start()
        self.addCleanup(self.survivor.stop)
        self.assertGreater(self.run_rounds(4, seed=2), 20)


del Loop

if __name__ == "__main__":
    unittest.main()
