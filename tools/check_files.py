#!/usr/bin/env python3
"""Looks of files: size, format, guards, whitespace, and nothing left over from writing them.

    tools/check_files.py [--fix]     --fix runs the formatter
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

from lint_report import ROOT, Report, files, sources, text

FORMATTER = shutil.which("clang-format-14")
MOST_LINES = {".h": 250, ".cc": 500}
LEFT_OVER = {
    r"\b(TODO|FIXME|XXX|HACK)\b": "finish it, or leave it out and say so in the documents",
    r"(?<![\w.])/(home|root|work|Users)/\w": "a path of somebody's own machine",
    r"\busing namespace\b": "use an alias: namespace sdk = larder::sdk",
    r"^(<{7}|>{7}|={7})( |$)": "a merge left this",
}
MAY_USE_NAMESPACES = ("sdk/abi/probe.cc",)


def check_text(report, path):
    source = text(path)
    lines = source.splitlines()
    most = MOST_LINES.get(path.suffix)
    if most and len(lines) > most:
        report.wrong_at(path, len(lines), f"has {len(lines)} lines, at most {most}; split it by what it does")
    if path.suffix == ".h" and "#pragma once" not in source:
        report.wrong_at(path, 1, "lacks #pragma once")
    if source and not source.endswith("\n"):
        report.wrong_at(path, len(lines), "lacks a newline at its end")
    for number, line in enumerate(lines, 1):
        if line.rstrip() != line and path.suffix != ".md":
            report.wrong_at(path, number, "blanks at the end of the line")
        for pattern, why in LEFT_OVER.items():
            match = re.search(pattern, line)
            if not match or path.name == "check_files.py":
                continue
            if "namespace" in match[0] and (path.as_posix() in MAY_USE_NAMESPACES
                                            or re.search(r"literals\s*;|::literals", line)):
                continue
            if "namespace" in match[0] and path.suffix not in (".h", ".cc"):
                continue
            report.wrong_at(path, number, f"\"{match[0].strip()}\": {why}")


def formatted(path):
    command = [FORMATTER, "--dry-run", "-Werror", str(path)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def check_format(report, paths):
    if not FORMATTER:
        report.skip("clang-format-14 is missing, so the format is not checked")
        return
    if "--fix" in sys.argv:
        subprocess.run([FORMATTER, "-i", *map(str, paths)], cwd=ROOT, check=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, done in zip(paths, pool.map(formatted, paths)):
            if done.returncode:
                first = re.search(r":(\d+):\d+: error", done.stdout)
                report.wrong_at(path, first[1] if first else 0,
                                f"is not formatted; run clang-format-14 -i {path}")


def main():
    report = Report()
    for path in files("*.h", "*.cc", "*.py", "*.md", "*.yaml", "*.txt", "*.cmake", "*.sh", "*.in"):
        report.look()
        check_text(report, path)
    check_format(report, sources())
    report.finish()


if __name__ == "__main__":
    main()
