"""A folder can be taken in at a glance, and nothing is imported from a test file."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.support import ROOT

MOST_FILES = 20


def python_files() -> list[Path]:
    """Every Python file of the project, relative to its root."""
    tops = ("firmware", "flasher", "server", "shared_protocol", "simulator", "tests")
    return sorted(path.relative_to(ROOT) for top in tops for path in (ROOT / top).rglob("*.py"))


def test_no_folder_holds_more_than_twenty_python_files() -> None:
    counted = Counter(path.parent for path in python_files())
    assert len(counted) > 30
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}


def test_what_tests_share_is_never_imported_from_a_test_file() -> None:
    faults = []
    for path in python_files():
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            above = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for name in [above + alias.name for alias in node.names]:
                if re.match(r"tests\.(.*\.)?(conftest|test_\w+)(\.|$)", name):
                    faults.append(f"{path} imports {name}")
    assert faults == []
