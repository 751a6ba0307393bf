"""Linking changes where a constant stands, and nothing of what the modules do."""

import ast
from pathlib import Path

import pytest

from simulator.linking import link

ROOT = Path(__file__).parents[2]
# All that the modules below define counts as named.
KEPT = {"main.py": "words = 'f g A B TEXT BYTES _OWN NAME LAST'"}
LIMITS = "FIRST = 3\nSECOND = 2 * FIRST + 1\nTEXT = 'text'\nBYTES = b'bytes'\n_OWN = 7\n"


def test_a_constant_of_another_module_becomes_its_number() -> None:
    user = "from limits import FIRST, SECOND as OTHER, TEXT\ndef f(): return FIRST + OTHER, TEXT"
    linked = link({"user": user, "limits": LIMITS}, KEPT)
    assert linked["user"] == "from limits import TEXT\n\ndef f():\n    return (3 + 7, TEXT)"
    assert linked["limits"] == "TEXT = 'text'\nBYTES = b'bytes'\n_OWN = 7"


def test_a_constant_named_through_its_module_becomes_its_number_and_the_import_goes() -> None:
    user = "from package import limits\nLAST = -limits.FIRST\nprint(LAST)"
    assert link({"user": user, "package.limits": LIMITS}, KEPT)["user"] == "LAST = -3\nprint(LAST)"
    mixed = "from package import limits\nprint(limits.FIRST, limits.TEXT)"
    linked = link({"user": mixed, "package.limits": LIMITS}, KEPT)
    assert linked["user"] == "from package import limits\nprint(3, limits.TEXT)"


def test_a_name_passed_on_is_a_constant_there_too() -> None:
    modules = {"c": "from b import B\nprint(B)", "b": "from a import A as B", "a": "A = 1 << 4 | 3"}
    assert link(modules, {}) == {"c": "print(19)", "b": "pass", "a": "pass"}


def test_what_nothing_names_is_left_out_and_what_it_alone_named_as_well() -> None:
    source = """
TABLE = {'key': namedtuple('A', ())}
MADE = make()
class Used:
    def used(self): return 1
    def unused(self): return helper()
def helper(): return TABLE
def spoken_of(): pass
class Heir(Used):
    def unused_too(self): pass
getattr(Used().used(), 'spoken_of')
"""
    left = link({"a": source}, {})["a"]
    for word in ("MADE = make()", "class Used", "def used", "spoken_of"):
        assert word in left, "it does something, or is named"
    for word in ("TABLE", "unused", "helper", "Heir", "unused_too"):
        assert word not in left


def test_what_a_source_on_the_box_imports_stays() -> None:
    kept = {"main.py": "from limits import FIRST"}
    assert "FIRST = 3" in link({"limits": LIMITS}, kept)["limits"]


def test_what_only_type_checkers_read_goes_and_what_is_passed_on_unused_stays() -> None:
    source = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from typing import Any\nfrom a import f"
    assert link({"b": source, "a": "def f():\n    pass"}, {})["b"] == "from a import f"


def test_the_firmware_imports_only_what_is_there() -> None:
    paths = [
        p for package in ("firmware", "shared_protocol") for p in (ROOT / package).rglob("*.py")
    ]
    modules = {".".join(p.relative_to(ROOT).with_suffix("").parts): p.read_text() for p in paths}
    modules = {name.removesuffix(".__init__"): text for name, text in modules.items()}
    main = modules.pop("firmware.main")
    linked = {name: ast.parse(text) for name, text in link(modules, {"main.py": main}).items()}
    linked["firmware.main"] = ast.parse(main)
    for name, tree in linked.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in linked:
                for alias in node.names:
                    there = _names_of(linked[node.module]) | {
                        other.rpartition(".")[2]
                        for other in linked
                        if other.rpartition(".")[0] == node.module
                    }
                    assert alias.name in there, f"{name} imports {node.module}.{alias.name}"


def _names_of(tree: ast.Module) -> set[str]:
    """Every name that a module binds at its top, also inside `if` and `try`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("value", ["f()", "'a'", "1.5", "None", "[1]", "LATER"])
def test_what_is_not_an_integer_stays_where_it_is(value: str) -> None:
    source = f"NAME = {value}\nprint(NAME)"
    assert link({"a": source}, KEPT)["a"] == source


def test_private_data_gets_short_names_and_functions_keep_theirs() -> None:
    source = "class A:\n  def f(self):\n    self._v = self._g() + self.open\n  def _g(self): ..."
    linked = link({"a": source}, KEPT)["a"]
    assert "self._0 = self._g() + self.open" in linked


def test_private_data_that_another_module_knows_of_keeps_its_name() -> None:
    maker = "class A:\n    def f(self):\n        self._x = 1\n        self._y = 2"
    assert "_x" in link({"a": maker, "b": "def f(a):\n    return a._x"}, KEPT)["a"]
    heir = "from a import A\nclass B(A):\n    def g(self):\n        self._x = self._y"
    linked = link({"a": maker, "b": heir}, KEPT)
    assert "self._x = self._y" in linked["b"]
    assert {"self._x = 1", "self._y = 2"} <= set(linked["a"].split("\n        "))
