"""Runs the test functions of one module under MicroPython; never imported by CPython.

Usage: micropython run_under_micropython.py tests/shared_protocol/both/test_codec.py
with the repository's root first on MICROPYPATH. Prints `ok NAME` or `FAIL NAME` and a traceback for
each function `test_*`, and ends with status 1 when one failed.
"""

import sys

path = sys.argv[1]
name = path[: -len(".py")].replace("/", ".")
__import__(name)
module = sys.modules[name]
failed = False
for entry in dir(module):
    if entry.startswith("test_"):
        try:
            getattr(module, entry)()
        except Exception as error:
            failed = True
            print("FAIL", entry)
            sys.print_exception(error)
        else:
            print("ok", entry)
sys.exit(1 if failed else 0)
