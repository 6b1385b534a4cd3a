"""What the lint scripts share: the tree's files, and how problems are told."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {"build", "var", ".git", "node_modules", "__pycache__"}


def files(*patterns, below=""):
    """Files of the tree that match one of the patterns, sorted, as paths relative to it."""
    found = []
    for pattern in patterns:
        for path in (ROOT / below).rglob(pattern):
            rel = path.relative_to(ROOT)
            if path.is_file() and rel.parts[0] not in SKIPPED and "__pycache__" not in rel.parts:
                found.append(rel)
    return sorted(set(found))


def sources(below=""):
    return files("*.h", "*.cc", below=below)


def is_test(path):
    return path.parts[0] == "tests" or "tests" in path.parts


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def code(path):
    """The file with comments blanked, every line where it was."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0]) if match[0][0] == "/" else match[0]
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text(path), flags=re.S)


class Report:
    """Counts what was looked at, and prints what is wrong with it and what to do."""

    def __init__(self):
        self.checked = 0
        self.wrong = set()
        self.skipped = 0

    def look(self, count=1):
        self.checked += count

    def wrong_at(self, place, line, problem):
        self.wrong.add(str(place))
        print(f"FAIL {place}:{line}: {problem}" if line else f"FAIL {place}: {problem}")

    def skip(self, reason):
        self.skipped += 1
        print(f"SKIP {reason}")

    def finish(self):
        failed = len(self.wrong)
        print(f"{max(self.checked - failed, 0)} passed, {failed} failed, {self.skipped} skipped")
        sys.exit(1 if failed else 77 if self.skipped and not self.checked else 0)
