#!/usr/bin/python3
"""Runs the tests of one Python file: runner.py FILE [NAME-PART...].

Prints FAIL and SKIP lines and ends with "N passed, N failed, N skipped", as every test program.
"""
import importlib.util
import pathlib
import sys
import traceback
import unittest


class Lines(unittest.TestResult):
    passed = 0

    def addSuccess(self, test):
        self.passed += 1

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print(f"FAIL {test.id()}\n" + "".join(traceback.format_exception(*err)), flush=True)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.addFailure(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"SKIP {test.id()}: {reason}", flush=True)


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def main(path, parts):
    file = pathlib.Path(path).resolve()
    sys.path.insert(0, str(file.parent))
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    tests = unittest.defaultTestLoader.loadTestsFromModule(module)
    wanted = unittest.TestSuite(test for test in flatten(tests)
                                if not parts or any(part in test.id() for part in parts))
    result = Lines()
    wanted.run(result)
    failed = len({str(test) for test, _ in result.failures + result.errors})
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped", flush=True)
    return 1 if failed or not wanted.countTestCases() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
