"""Runs portable tests on MicroPython (or CPython): run.py test_one.py [test_two.py ...].

Needs nothing a board lacks. A test is a function named test_...; it passes unless it raises.
"""

import sys

HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
# The root is there for what several tests share: tests.portable.mailbox_bench.
ROOT = HERE + "/../.."
sys.path[:0] = [HERE, ROOT, ROOT + "/protocol", ROOT + "/firmware"]


def main(names: "list[str]") -> None:
    """Run the tests of these files and exit; called, so that its import leaves the stack first."""
    passed = failed = 0
    for name in names:
        module = __import__(name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        for test in sorted(name for name in dir(module) if name.startswith("test_")):
            try:
                getattr(module, test)()
                passed += 1
            except Exception as problem:
                failed += 1
                print("FAILED", name, test)
                if hasattr(sys, "print_exception"):
                    sys.print_exception(problem)  # MicroPython's traceback
                else:
                    sys.excepthook(type(problem), problem, problem.__traceback__)
    print(passed, "passed,", failed, "failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
