#!/usr/bin/env python3
"""Two writing processes on one storage, killed again and again.

usage: kill_loop.py PROGRAM shared|own ROUNDS [SEED]

With "shared" they use one cache, with "own" one each. Every acknowledged commit must be there
once, none twice, and what the storage holds must verify and rebuild the same.
"""
import collections
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading

WRITERS = ("a", "b")


class Writer:
    """Runs one writer at a time under its id; remembers what was acknowledged."""

    def __init__(self, program, storage, cache, name):
        self.command = [program, "write", str(storage), str(cache), name]
        self.name = name
        self.next = 1
        self.acknowledged = set()

    def start(self):
        self.process = subprocess.Popen(
            self.command + [str(self.next)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.first = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.acknowledged.add(int(line))
                self.first.set()
        self.first.set()

    def kill(self):
        """Returns what the process had to say, if it did not live until the kill."""
        ended = self.process.poll()
        self.process.kill()
        self.reader.join()
        complaint = self.process.stderr.read()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        # The commit under way may have been made: its number is not used again.
        self.next = max(self.acknowledged | {self.next}) + 2
        return f"writer {self.name} ended with {ended}: {complaint}" if ended is not None else None


def check(program, storage, cache, writers):
    done = subprocess.run([program, "check", str(storage), str(cache)], capture_output=True, text=True)
    if done.returncode != 0:
        return [f"check on {cache.name} ended with {done.returncode}: {done.stderr}"]
    words = collections.Counter()
    own = set()
    for line in done.stdout.splitlines():
        key, value = line.split(" ", 1)
        key = key.rpartition("@")[0]
        if key.startswith("shared/"):
            words.update(value.split())
        elif key.startswith("own/"):
            own.add(key[len("own/"):])
    problems = [f"{word} is there {count} times" for word, count in words.items() if count > 1]
    problems += [f"{word} is in one record only" for word in own ^ set(words)]
    for writer in writers:
        for number in sorted(writer.acknowledged):
            if f"{writer.name}.{number}" not in own:
                problems.append(f"{writer.name}.{number} was acknowledged and is lost")
    print(f"{cache.name}: {len(own)} commits, of them acknowledged "
          f"{sum(len(writer.acknowledged) for writer in writers)}")
    return problems


def main():
    program, caches, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
    print(f"seed {seed}")
    dice = random.Random(seed)
    problems = []
    with tempfile.TemporaryDirectory(prefix="larder-test-") as place:
        root = pathlib.Path(place)
        names = ["shared.db", "shared.db"] if caches == "shared" else ["a.db", "b.db"]
        writers = [Writer(program, root / "storage", root / cache, name)
                   for name, cache in zip(WRITERS, names)]
        for writer in writers:
            writer.start()
        for _ in range(rounds):
            writer = dice.choice(writers)
            writer.first.wait(60)  # Until it writes; the kill comes at any moment after.
            threading.Event().wait(dice.uniform(0, 0.15))
            problems.append(writer.kill())
            writer.start()
        problems += [writer.kill() for writer in writers]
        problems = [problem for problem in problems if problem]
        for cache in sorted(set(names)):
            problems += check(program, root / "storage", root / cache, writers)
    for problem in problems:
        print(f"FAIL {problem}")
    print("0 passed, 1 failed, 0 skipped" if problems else "1 passed, 0 failed, 0 skipped")
    return 1 if problems else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
