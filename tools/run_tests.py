#!/usr/bin/python3
"""Runs ctest and adds up what the test programs say: the back of tools/test.

A test program ends with "N passed, N failed, N skipped" and may print lines that begin with FAIL or
SKIP. A program that ends otherwise is one failed test.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFAULT_LABELS = ["lint", "unit", "conformance", "integration", "clients"]
SANITIZERS = {"asan", "tsan"}
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.M)
UNLIMITED = "100000000"


def ctest(preset, labels):
    """The test cases that ctest ran in build/<preset>: (name, status, output, seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        command = ["ctest", "--test-dir", str(ROOT / "build" / preset), "--no-tests=error",
                   "-L", "^(" + "|".join(labels) + ")$", "-j", str(os.cpu_count() or 1),
                   "--test-output-size-passed", UNLIMITED, "--test-output-size-failed", UNLIMITED,
                   "--output-junit", str(report), "--quiet"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not report.exists():
            print(done.stdout)
            sys.exit(f"tools/test: ctest made no report for build/{preset}")
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            yield (case.get("name"), case.get("status"), case.findtext("system-out") or "",
                   float(case.get("time") or 0))


def tally(preset, labels):
    """Prints what went wrong, was skipped or is slow; returns (passed, failed, skipped)."""
    totals = [0, 0, 0]
    for name, status, output, seconds in ctest(preset, labels):
        summaries = SUMMARY.findall(output)
        counts = [int(n) for n in summaries[-1]] if summaries else [0, 0, 0]
        broken = status == "fail" and counts[1] == 0
        if not summaries and status != "fail":
            broken = True
            output += "\nthe program did not say how many tests passed\n"
        if broken:
            counts[1] += 1
        if counts[1]:
            print(f"---- {name} ({preset}) failed ----\n{output.rstrip()}\n")
        for line in output.splitlines():
            if line.startswith("SKIP"):
                print(line)
        if seconds > 60:
            print(f"slow: {name} took {seconds:.0f} s")
        totals = [a + b for a, b in zip(totals, counts)]
    return totals


def main(labels):
    plain = [label for label in labels if label not in SANITIZERS]
    runs = [("release", plain or DEFAULT_LABELS)] if plain or not labels else []
    runs += [(label, ["unit", "conformance"]) for label in labels if label in SANITIZERS]
    totals = [0, 0, 0]
    for preset, wanted in runs:
        totals = [a + b for a, b in zip(totals, tally(preset, wanted))]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or not sum(totals) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
