"""What the box loads is named once, each module after those that it imports.

firmware/imports.py names the application's, selftest/start.py those that a bench test adds.
"""

import ast
from pathlib import Path

from firmware import imports
from firmware.selftest import judgements, start
from firmware.selftest.outcomes import failed, line

ROOT = Path(__file__).resolve().parents[2]
HOST_ONLY = {"shared_protocol.crypto_host"}  # the other half of crypto.py's question


def file_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def imports_of(module: str) -> set[str]:
    """The modules of ours that it imports when it is loaded, packages apart."""
    tree = ast.parse(file_of(module).read_text())
    statements = list(tree.body)
    for node in tree.body:
        if isinstance(node, ast.Try):  # an `if TYPE_CHECKING` is no import
            statements += [*node.body, *node.orelse]
            statements += [each for handler in node.handlers for each in handler.body]
    found = set()
    for node in statements:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if file_of(inner).exists() else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if file_of(name).exists()} - HOST_ONLY


def reached(module: str) -> set[str]:
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports_of(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def test_every_module_of_the_application_is_named_once() -> None:
    wanted = reached("firmware.application") | {"firmware.application"}
    assert sorted(imports.LEAF_FIRST) == sorted(wanted)


def test_every_module_of_the_bench_test_is_named_once_and_none_of_the_applications() -> None:
    wanted = reached("firmware.selftest.bench") | {"firmware.selftest.bench"}
    assert sorted(start.LEAF_FIRST) == sorted(wanted - set(imports.LEAF_FIRST))


def test_a_module_comes_after_all_that_it_imports() -> None:
    seen: set[str] = set()
    for module in imports.LEAF_FIRST + start.LEAF_FIRST:
        late = imports_of(module) - seen
        assert not late, f"{module} comes before {late}"
        seen.add(module)


def test_what_a_board_without_psram_says_is_a_line_of_the_bench_test() -> None:
    said = line("memory", failed("WRONG_BOARD"))
    assert f"print('{said}')" in file_of("firmware.imports").read_text()
    assert imports._PSRAM_BYTES == judgements._PSRAM_BYTES
