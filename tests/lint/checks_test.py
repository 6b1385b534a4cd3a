#!/usr/bin/env python3
"""Each lint script finds what it is for: small trees with one fault each."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
EVENTS = "docs/reference/log-events.md"
METRICS = "docs/reference/metrics.md"
HEADER = "#pragma once\n"

# (script, files of the tree, what it must say; None: it must be content)
CASES = [
    ("check_layers", {"core/http/a.cc": '#include "core/repo/b.h"\n'}, "core/http/a.cc:1: core/http may not include core/repo/b.h"),
    ("check_layers", {"core/base/a.h": '#include "core/observe/b.h"\n'}, "core/base may not include"),
    ("check_layers", {"core/auth/a.h": '#include "core/base/b.h"\n#include "larder/sdk/c.h"\n'}, None),
    ("check_layers", {"plugins/storage-x/a.cc": '#include "core/base/b.h"\n'}, "plugins may not include core/base/b.h"),
    ("check_layers", {"plugins/storage-x/tests/a.cc": '#include "core/base/b.h"\n'}, None),
    ("check_layers", {"plugins/storage-x/a.cc": '#include "plugins/cache-y/b.h"\n'}, "may not include another plugin's"),
    ("check_layers", {"core/repo/a.cc": "#include <boost/dll/shared_library.hpp>\n"}, "belongs to core/plugin"),
    ("check_layers", {"core/repo/a.cc": "#include <yaml-cpp/yaml.h>\n"}, "belongs to core/config"),
    ("check_layers", {"core/http/a.cc": "#include <Poco/Net/HTTPServer.h>\n"}, "belongs to nobody"),
    ("check_layers", {"plugins/format-x/a.cc": "#include <sqlite3.h>\n"}, "belongs to plugins/storage-"),
    ("check_layers", {"sdk/include/larder/sdk/a.h": "#include <Poco/Foundation.h>\n"}, "belongs to core, plugins"),
    ("check_vocabulary", {"core/web/a.cc": "class PypiPage {};\n"}, "core/web/a.cc:1: names \"Pypi\""),
    ("check_vocabulary", {"core/web/a.cc": 'auto a = "x";\nauto b = kind == "s3";\n'}, "core/web/a.cc:2: names \"s3\""),
    ("check_vocabulary", {"core/web/a.cc": "int makeDeb();\n"}, "names \"Deb\""),
    ("check_vocabulary", {"core/web/a.cc": "// as pypi does\nint debug = 1; int adept;\n"}, None),
    ("check_vocabulary", {"plugins/format-x/a.cc": "int useRedis();\n"}, "names \"Redis\""),
    ("check_vocabulary", {"plugins/cache-redis/a.cc": "int useRedis();\n"}, None),
    ("check_sdk", {"sdk/include/larder/sdk/a.h": HEADER + "std::string a;\n"}, "does not stand alone"),
    ("check_sdk", {"sdk/include/larder/sdk/a.h": "struct A {};\n"}, "does not stand alone"),
    ("check_sdk", {"sdk/include/larder/sdk/a.h": HEADER + "#ifdef NDEBUG\n#endif\n"}, "no conditional compilation"),
    ("check_sdk", {"sdk/include/larder/sdk/a.h": HEADER + "#include <string>\n"}, None),
    ("check_reference", {"core/a.cc": 'log.info("a.b", "text");\n', EVENTS: "", METRICS: ""}, "event a.b has no row"),
    ("check_reference", {"core/a.cc": 'log.info(\n  "a.b", "text");\n', EVENTS: "| `a.b` | info | c | d |\n", METRICS: ""}, None),
    ("check_reference", {"core/a.cc": 'log.error("a.b", "text");\n', EVENTS: "| `a.b` | info | c | d |\n", METRICS: ""}, "a.b is logged as error, not info"),
    ("check_reference", {"core/a.cc": "", EVENTS: "| `a.b` | info | c | d |\n", METRICS: ""}, "nothing logs a.b"),
    ("check_reference", {"core/a.cc": "", EVENTS: "| `a.b` | info | c | |\n", METRICS: ""}, "a row has event, level"),
    ("check_reference", {"core/a.cc": 'log.info("a.b", "x");\nlog.info("a.b", "y");\n', EVENTS: "| `a.b` | info | c | d |\n", METRICS: ""}, "is logged elsewhere too (core/a.cc:2)"),
    ("check_reference", {"core/a.cc": 'm.counter("larder_a_total", "x");\n', EVENTS: "", METRICS: ""}, "larder_a_total has no row"),
    ("check_reference", {"core/a.cc": 'm.counter("larder_a", "x");\n', EVENTS: "", METRICS: "| `larder_a` | counter | | x |\n"}, "its name ends in _total"),
    ("check_reference", {"core/a.cc": "", EVENTS: "", METRICS: "| `larder_a_total` | counter | | x |\n"}, "nothing counts larder_a_total"),
    ("check_files", {"core/a.h": "int a;\n"}, "lacks #pragma once"),
    ("check_files", {"core/a.h": HEADER + "int  a;\n"}, "core/a.h:2: is not formatted"),
    ("check_files", {"core/a.cc": "int a;\n" * 501}, "has 501 lines, at most 500"),
    ("check_files", {"core/a.cc": "int a;"}, "lacks a newline"),
    ("check_files", {"core/a.cc": "// TO" + "DO: the rest\n"}, "core/a.cc:1: \"TO" + "DO\""),
    ("check_files", {"docs/a.md": "see /ho" + "me/me/notes\n"}, "somebody's own machine"),
    ("check_files", {"core/a.cc": "using name" + "space std;\n"}, "use an alias"),
    ("check_files", {"core/a.cc": "int a;\n"}, None),
]


def run(script, tree):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "tools").mkdir()
        for tool in (script + ".py", "lint_report.py"):
            shutil.copy(TOOLS / tool, root / "tools")
        shutil.copy(TOOLS.parent / ".clang-format", root)
        for name, content in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        done = subprocess.run([sys.executable, "-B", root / "tools" / (script + ".py")], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def main():
    failed = 0
    for script, tree, wanted in CASES:
        code, out = run(script, tree)
        good = code == 0 if wanted is None else code == 1 and wanted in out
        if not good:
            failed += 1
            print(f"FAIL {script} on {tree}: wanted {wanted or 'nothing'}, status {code}, said\n{out}")
    print(f"{len(CASES) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
