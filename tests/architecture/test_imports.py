"""Holds the import rules of the design: who may import whom, read from the source by ast."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"firmware", "server", "shared_protocol", "simulator"}

SERVER_BASE = {"server.app_keys", "server.clock", "server.config"}
# Package -> what of ours it may import, besides itself. The longest matching package decides.
ALLOWED = {
    "shared_protocol": set(),
    "firmware.logic": {"shared_protocol"},
    "firmware.drivers": {"shared_protocol", "firmware.logic", "firmware.board"},
    "firmware": {"shared_protocol", "firmware"},
    "server.fleet": set(),
    "server.store": {"server.fleet"},
    "server.gateway": {"shared_protocol", "server.fleet", "server.store", *SERVER_BASE},
    "server.web": {"server.fleet", "server.store", "server.passwords", *SERVER_BASE},
    "server": {"server", "shared_protocol"},
    "simulator": {"shared_protocol", "firmware.board"},
}  # fmt: skip
# Logic and protocol are pure: time, randomness, sockets and pins are arguments.
IMPURE = {
    "asyncio", "esp32", "http", "io", "machine", "network", "os", "random", "select", "socket",
    "sqlite3", "subprocess", "sys", "threading", "time", "uasyncio",
}  # fmt: skip
PURE = ("shared_protocol", "firmware.logic", "server.fleet")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """Absolute names of every module that the file imports, at whatever depth."""
    tree = ast.parse(path.read_text())
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module.split(".") if node.module else [])]
            found |= {".".join([*base, alias.name]) for alias in node.names}
    return found


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def sources() -> list[Path]:
    return sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def rule_for(module: str) -> str:
    return max((package for package in ALLOWED if inside(module, package)), key=len)


def forbidden(path: Path) -> list[str]:
    module = module_name(path)
    rule = rule_for(module)
    allowed = ALLOWED[rule] | {rule}
    faults = [
        f"{module} imports {name}"
        for name in imports_of(path)
        if name.split(".")[0] in OURS and not any(inside(name, package) for package in allowed)
    ]
    if any(inside(module, package) for package in PURE):
        faults += [
            f"{module} is pure and imports {name}"
            for name in imports_of(path)
            if name.split(".")[0] in IMPURE
        ]
    return faults


def test_there_is_something_to_check() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in sources()} == OURS


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_a_module_imports_only_what_the_design_allows(path: Path) -> None:
    assert forbidden(path) == []


def test_a_forbidden_import_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    culprit = tmp_path / "server" / "fleet" / "culprit.py"
    culprit.parent.mkdir(parents=True)
    culprit.write_text(
        "import time\nfrom ..store import trips\nfrom shared_protocol import codec\n"
    )
    assert sorted(forbidden(culprit)) == [
        "server.fleet.culprit imports server.store.trips",
        "server.fleet.culprit imports shared_protocol.codec",
        "server.fleet.culprit is pure and imports time",
    ]
