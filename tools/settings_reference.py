#!/usr/bin/env python3
"""The manual's page of settings is what the program says, and etc/larder.yaml names every setting.

    tools/settings_reference.py PROGRAM           compares
    tools/settings_reference.py PROGRAM --write   writes docs/reference/settings.md anew
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/settings.md"
EXAMPLE = ROOT / "etc/larder.yaml"
HEAD = """# Settings

Made from the program's own declarations by `tools/settings_reference.py PROGRAM --write`; don't edit. How values are
written, environment variables and secrets: [configuration.md](../operators/configuration.md).

Keys under `storage`, `cache` and `access` are those of the section here and those of the plugin; keys of a repository are
those of `repositories` and those of its format. `NAME` stands for any name, `[]` for each item of a list.

"""


def from_program(program):
    with tempfile.TemporaryDirectory() as empty:  # without a configuration file
        command = [str(pathlib.Path(program).resolve()), "config", "explain", "--markdown"]
        said = subprocess.run(command, cwd=empty, check=True, capture_output=True, text=True).stdout
    return HEAD + said.rstrip("\n").replace("\n## ", "\n\n## ").replace("\n\n\n", "\n\n") + "\n"


def stale_page(wanted):
    found = PAGE.read_text() if PAGE.exists() else ""
    lines = difflib.unified_diff(found.splitlines(), wanted.splitlines(), str(PAGE), "the program", lineterm="")
    return list(lines)


def missing_in_example(wanted):
    text = EXAMPLE.read_text()
    for name in re.findall(r"^\| `([^`]+)` \|", wanted, re.M):
        key = name.rsplit(".", 1)[-1]
        if not re.search(rf"\b{re.escape(key)}(_file)?:", text):
            yield f"{EXAMPLE}:1: does not mention the setting {name}; add it with its default and a comment"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = from_program(sys.argv[1])
    if "--write" in sys.argv[2:]:
        PAGE.write_text(wanted)
    checks = [stale_page(wanted), list(missing_in_example(wanted))]
    for problems in checks:
        print(*problems, sep="\n", end="\n" if problems else "")
    if checks[0]:
        print(f"{PAGE}:1: differs from the program; run tools/settings_reference.py {sys.argv[1]} --write")
    failed = sum(1 for problems in checks if problems)
    print(f"{len(checks) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
