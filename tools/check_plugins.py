#!/usr/bin/env python3
"""Every plugin that was built exports larder_plugin and nothing else.

    tools/check_plugins.py FOLDER
"""
import pathlib
import subprocess
import sys

from lint_report import Report


def main():
    report = Report()
    folder = pathlib.Path(sys.argv[1])
    plugins = sorted(folder.glob("*.so"))
    if not plugins:
        report.wrong_at(folder, 0, "holds no plugin; build first")
    for plugin in plugins:
        report.look()
        out = subprocess.run(["nm", "-D", "--defined-only", plugin], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
        symbols = [line.split()[-1] for line in out.splitlines()]
        if symbols != ["larder_plugin"]:
            report.wrong_at(plugin, 0, f"exports {', '.join(symbols) or 'nothing'}; build it with "
                                       "larder_add_plugin(), which links with plugin.map")
    report.finish()


if __name__ == "__main__":
    main()
