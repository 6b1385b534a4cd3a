"""A few kills; tests/soak has the long version."""
import unittest

from kill_loop import KillLoop as Loop


class Kill(Loop):
    def test_a_few_kills_lose_nothing_that_was_acknowledged(self):
        self.assertGreater(self.run_rounds(8, seed=1), 20)


del Loop

if __name__ == "__main__":
    unittest.main()
