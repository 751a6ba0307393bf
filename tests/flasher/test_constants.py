"""Numbers folded into other modules: the same values, on the same lines, from the same names."""

import ast
import sys
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasher.constants import folded
from flasher.errors import FlasherError
from flasher.image import box_files

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = st.integers(-(1 << 30), (1 << 30) - 1)


def lines_of(sources: dict[str, str]) -> dict[str, str]:
    made = folded({name: text.encode() for name, text in sources.items()})
    return {name: text.decode() for name, text in made.items()}


def run(sources: dict[str, str], last: str) -> dict[str, object]:
    """Run modules in their order; return what the last one then holds."""
    modules = {}
    try:
        for name, text in sources.items():
            modules[name] = sys.modules[name] = types.ModuleType(name)
            exec(text, modules[name].__dict__)
        return modules[last].__dict__
    finally:
        for name in modules:
            del sys.modules[name]


@given(SMALL, SMALL, st.integers(0, 9))
def test_who_uses_a_number_of_another_module_finds_it_without_asking(
    first: int, second: int, empty: int
) -> None:
    sources = {
        "voiturier_a": "\n" * empty + f'FIRST = {first}\n"""Said of it."""\nSECOND = {second}\n',
        "voiturier_b": "from voiturier_a import FIRST as OTHER\n",
        "voiturier_c": (
            "from voiturier_a import (\n    FIRST,\n    SECOND,\n)\n"
            "from voiturier_b import OTHER\n"
            "def f(x=SECOND):\n    return FIRST - x, -OTHER\nfound = f()\n"
        ),
    }
    made = lines_of(sources)
    assert run(made, "voiturier_c")["found"] == (first - second, -first)
    for name, text in sources.items():
        assert made[name].count("\n") == text.count("\n"), "lines keep their numbers"
    for gone in ("FIRST", "SECOND", "OTHER"):
        assert gone not in made["voiturier_a"] + made["voiturier_b"] + made["voiturier_c"]


@pytest.mark.parametrize(
    "source",
    [
        "A = 1 << 30\n",  # an object of its own at each use
        "A = True\n",
        "A = 'text'\n",
        "A = 1\nA = 2\n",
        "A = len('abc')\n",
        "if True:\n    A = 1\n",
        "A = 1\ndef f():\n    global A\n    A = 2\nf()\n",
    ],
)
def test_what_is_no_small_number_or_changes_stays_as_it_is(source: str) -> None:
    sources = {"voiturier_a": source, "voiturier_b": "from voiturier_a import A\nfound = A\n"}
    assert lines_of(sources) == sources


def test_a_number_that_is_asked_of_its_module_stays_there_for_all() -> None:
    sources = {
        "voiturier_a": "A = 1\nB = 2\n",
        "voiturier_b": "import voiturier_a as a\nfrom voiturier_a import A, B\nfound = a.A, A, B\n",
    }
    made = lines_of(sources)
    assert made["voiturier_a"] == "A = 1\npass\n"
    assert run(made, "voiturier_b")["found"] == (1, 1, 2)


@pytest.mark.parametrize(
    "use",
    [
        "def f(A):\n    return A\n",
        "def f():\n    A = 2\n    return A\n",
        "class B:\n    A = 2\n",
        "try:\n    pass\nexcept OSError as A:\n    pass\n",
        "class A:\n    pass\n",
        "for A in (1, 2):\n    pass\n",
    ],
)
def test_a_module_that_gives_a_number_it_took_another_meaning_is_refused(use: str) -> None:
    with pytest.raises(FlasherError, match="voiturier_b: A is a number of another module"):
        lines_of({"voiturier_a": "A = 1\n", "voiturier_b": "from voiturier_a import A\n" + use})


def test_other_names_of_the_same_import_are_still_imported() -> None:
    made = lines_of(
        {
            "voiturier_a": "A = 7\nb = 'b'\n",
            "voiturier_b": "from voiturier_a import b, A\nc = A, b\n",
        }
    )
    assert run(made, "voiturier_b")["c"] == (7, "b")


def test_a_source_that_is_no_python_is_left_to_the_compiler() -> None:
    assert folded({"voiturier_a": b"def", "voiturier_b": b"A = 1\n"}) == {
        "voiturier_a": b"def",
        "voiturier_b": b"pass\n",
    }


def test_every_number_that_the_box_shares_is_gone_from_its_image() -> None:
    records = (REPOSITORY / "shared_protocol/records.py").read_text()
    shared = [
        node.targets[0].id
        for node in ast.parse(records).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.startswith("REFUSED_")
    ]
    compiled = box_files()["a/shared_protocol/records.mpy"]
    assert len(shared) > 5
    assert not [name for name in shared if name.encode() in compiled]
