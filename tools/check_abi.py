#!/usr/bin/env python3
"""Compares how the compiler lays out the SDK's classes with sdk/abi/<major>.txt.

Sizes and the order of virtual functions are what a plugin built earlier relies on. A
difference is a new SDK major (see sdk/README.md) or a mistake. --update rewrites the file.
"""
import pathlib, re, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "sdk/include"


def layout(compiler):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([compiler, "-std=c++20", "-I", HEADERS, "-fdump-lang-class", "-c",
                        ROOT / "sdk/abi/probe.cc", "-o", "probe.o"], cwd=folder, check=True)
        dump = next(pathlib.Path(folder).glob("*.class")).read_text()
    lines = []
    for block in dump.split("\n\n"):
        if match := re.match(r"Class (larder::sdk::\S[^\n]*)\n\s+size=(\d+) align=(\d+)", block):
            if not re.search(r"<lambda|Result<|::<unnamed", match[1]):
                lines.append(f"{match[1]} size {match[2]} align {match[3]}")
        elif match := re.match(r"Vtable for probe::(\w+)\n", block):
            slots = re.findall(r"^\d+\s+\(int \(\*\)\(\.\.\.\)\)\w+(?:::\w+)*::(~?\w+)$", block, re.M)
            lines += [f"{match[1]} slot {n} {name}" for n, name in enumerate(slots)]
    return sorted(set(lines), key=lambda line: (line.split(" slot ")[0],
                                                int(line.split()[2]) if " slot " in line else 0))


def main():
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    text = (HEADERS / "larder/sdk/abi.h").read_text()
    major = re.search(r"SDK_MAJOR (\d+)", text)[1]
    golden = ROOT / f"sdk/abi/{major}.txt"
    now = layout(arguments[0] if arguments else "c++")
    if "--update" in sys.argv:
        golden.write_text("\n".join(now) + "\n")
    before = golden.read_text().splitlines()
    gone, new = [x for x in before if x not in now], [x for x in now if x not in before]
    for line in gone:
        print(f"{golden.relative_to(ROOT)}:{before.index(line) + 1}: no longer so: {line}")
    for line in new:
        print(f"{golden.relative_to(ROOT)}: new or different: {line}")
    if gone or new:
        print("see sdk/README.md for what this means; tools/check_abi.py --update writes it down")
    failed = len(gone) + len(new)
    print(f"{len(now) - len(new)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
