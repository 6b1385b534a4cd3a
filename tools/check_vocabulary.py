#!/usr/bin/env python3
"""Fails when the host or the SDK names a vendor or a package format, or a format names a vendor.

Code that names one member of a kind treats it apart, and then adding another means changing the
host. Comments may give examples.
"""
import re

from lint_report import Report, code, is_test, sources

VENDORS = r"filesystem_storage|sqlite|redis|ldap|postgres|mysql|mariadb|minio|(?<![a-z])s3(?![a-z0-9])|(?<![a-z])gcs(?![a-z])"
FORMATS = r"pypi|(?<![a-z])(?:wheels?|sdists?|twine|debs?|dsc|dpkg|apt)(?![a-z])"
RULES = {
    "core": f"{VENDORS}|{FORMATS}",
    "sdk/include": f"{VENDORS}|{FORMATS}",
    "plugins": VENDORS,  # of formats only, see below
}


def separated(line):
    """One word a part: HTTPServer -> HTTP Server, toWheel -> to Wheel, a_deb -> a deb."""
    line = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", line.replace("_", " "))
    return re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", line)


def main():
    report = Report()
    for below, pattern in RULES.items():
        for path in sources(below):
            if is_test(path) or below == "plugins" and not path.parts[1].startswith("format-"):
                continue
            report.look()
            for number, line in enumerate(code(path).splitlines(), 1):
                if match := re.search(pattern, separated(line), re.I):
                    report.wrong_at(path, number, f"names \"{match[0]}\"; say what it is for, or "
                                                  "move it into the plugin that knows it")
    report.finish()


if __name__ == "__main__":
    main()
