"""The documents for the data protection officer, the staff and the operator say what is true."""

import ast
import re
from pathlib import Path

import pytest

from tests.papers.tables import PAPERS as TABLES
from tests.papers.tables import made_anew

ROOT = Path(__file__).parents[2]
FOLDERS = ("privacy", "accessibility", "homologation")
PAPERS = sorted(path for folder in FOLDERS for path in (ROOT / "docs" / folder).glob("*.fr.md"))
_PROOF = re.compile(r"\[preuve : ([^\]]*)\]")
_TO_FILL_IN = re.compile(r"\[à compléter : [^\]:]{3,}\]")
_OTHER_GAPS = re.compile(
    r"TODO|XXX|…{2,}|\.{4,}|_{4,}|<[^!/>a-z]|\[(nom|date|service)[^\]]*\]", re.I
)


@pytest.fixture(params=PAPERS, ids=lambda path: path.name)
def paper(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text("utf-8"))


def test_every_claim_names_a_test_that_exists(paper: str) -> None:
    for proof in _PROOF.findall(paper):
        path, _, name = proof.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        named = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in named, proof


def test_what_the_operator_fills_in_is_written_alike_everywhere(paper: str) -> None:
    assert len(_TO_FILL_IN.findall(paper)) == paper.count("à compléter")
    assert not _OTHER_GAPS.search(_TO_FILL_IN.sub("", paper))


def test_the_list_of_documents_names_each() -> None:
    listed = (ROOT / "docs" / "privacy" / "README.md").read_text("utf-8")
    assert [path.name for path in PAPERS if f"{path.name})" not in listed] == []
    assert len(PAPERS) == 6


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_the_tables_are_what_the_registry_and_the_settings_say(path: Path) -> None:
    assert path.read_text("utf-8") == made_anew(path), "python -m tests.papers"
