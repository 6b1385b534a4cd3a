#!/usr/bin/env python3
"""Every SDK header compiles on its own, twice in one file, without a warning; and none has
conditional compilation, except the one line marked ABI-SELECTOR.

    tools/check_sdk.py [COMPILER]
"""
import concurrent.futures
import os
import re
import subprocess
import sys

from lint_report import ROOT, Report, files, text

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wnon-virtual-dtor", "-Werror"]


def compile_alone(compiler, header):
    name = header.relative_to("sdk/include").as_posix()
    twice = f'#include "{name}"\n#include "{name}"\nint main() {{}}\n'
    return subprocess.run([compiler, "-std=c++20", *WARNINGS, "-I", ROOT / "sdk/include",
                           "-fsyntax-only", "-x", "c++", "-"], input=twice, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    report = Report()
    compiler = sys.argv[1] if len(sys.argv) > 1 else "c++"
    headers = files("*.h", below="sdk/include")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, done in zip(headers, pool.map(lambda h: compile_alone(compiler, h), headers)):
            report.look()
            if done.returncode:
                report.wrong_at(header, 0, f"does not stand alone\n{done.stdout.rstrip()}")
    for header in headers:
        for number, line in enumerate(text(header).splitlines(), 1):
            if re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line) and "ABI-SELECTOR" not in line:
                report.wrong_at(header, number, "no conditional compilation in the SDK: plugin and "
                                                "host must see the same declarations")
            if (match := re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)) and (
                    match[1] == '"' and not match[2].startswith("larder/sdk/")
                    or match[1] == "<" and "/" in match[2]):
                report.wrong_at(header, number, f"includes {match[2]}; the SDK needs only the "
                                                "standard library and itself")
    report.finish()


if __name__ == "__main__":
    main()
