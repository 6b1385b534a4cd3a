#!/usr/bin/env python3
"""Installs the SDK, builds this folder against it as a stranger would, and uses the plugin.

run.py BUILD-FOLDER [CMAKE]: BUILD-FOLDER is where larder itself was built.
"""
import pathlib, shutil, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
passed = failed = 0


def run(*command):
    done = subprocess.run([str(word) for word in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def check(name, good, output):
    global passed, failed
    passed, failed = passed + good, failed + (not good)
    if not good:
        print(f"FAIL {name}\n{output}")


def main(build, cmake, work):
    prefix = work / "prefix"
    code, out = run(cmake, "--install", build, "--component", "sdk", "--prefix", prefix)
    check("the SDK installs", code == 0, out)
    project = work / "project"  # away from the tree: no header may be found by luck
    shutil.copytree(HERE, project)

    def configure(folder, *more):
        return run(cmake, "-G", "Ninja", "-S", project, "-B", work / folder, f"-DCMAKE_PREFIX_PATH={prefix}",
                   "-DCMAKE_BUILD_TYPE=Debug", *more)

    code, out = configure("built", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
    check("find_package(LarderSdk) works", code == 0, out)
    code, out = run(cmake, "--build", work / "built")
    check("the plugin builds", code == 0, out)
    plugin = work / "built/storage-memory.so"
    code, out = run(prefix / "bin/larder-conformance", "--plugin", plugin,
                    "--config", project / "storage-memory.yaml")
    check("the plugin conforms", code == 0, out)

    code, out = configure("linked", "-DEXTRA_LINK=larder_core")
    check("linking the host is refused", code != 0 and "a plugin may not link" in out, out)
    text = (project / "CMakeLists.txt").read_text()
    (project / "CMakeLists.txt").write_text(text.replace("LarderSdk 1.0", "LarderSdk 2.0"))
    code, out = configure("newer")
    check("another major is refused", code != 0 and "not compatible" in out.replace("\n", " ")
          or code != 0 and "version" in out, out)
    wrong = work / "wrong.yaml"
    wrong.write_text("settings: { capacitty: 1GiB }\nlacks: { flight: it has no wings }\n")
    code, out = run(prefix / "bin/larder-conformance", "--plugin", plugin, "--config", wrong)
    check("wrong settings are refused", code == 2 and "capacity" in out and ":1:13:" in out, out)
    wrong.write_text("lacks: { flight: it has no wings }\n")
    code, out = run(prefix / "bin/larder-conformance", "--plugin", plugin, "--config", wrong)
    check("a lack that nobody asks about fails", code == 1 and "FAIL Lacks::flight" in out, out)
    check("an ability that is missing and not listed fails",
          "FAIL StorageFacetsSuite::syncOfNothingSucceeds" in out, out)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "cmake",
             pathlib.Path(folder))
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)
