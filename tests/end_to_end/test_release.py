"""The release command, and the bill of materials that it writes."""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.checkout import clone

ROOT = Path(__file__).parents[2]
# Licences that let us pass the package on beside our own source.
PERMISSIVE = re.compile(r"MIT|BSD|Apache|PSF|Python Software Foundation|Public Domain|MPL-2.0")


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("release"))


def release(folder: Path) -> Path:
    run(["scripts/release.sh", "--without-wheels"], folder)
    return next((folder / "dist").iterdir())


def test_the_same_commit_makes_the_same_bytes_and_each_file_has_its_sum(checkout: Path) -> None:
    made = release(checkout)
    sums = dict(
        reversed(line.split("  ")) for line in (made / "SHA256SUMS").read_text().split("\n") if line
    )
    first = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made.iterdir()}
    assert sums == {name: digest for name, digest in first.items() if name != "SHA256SUMS"}
    again = release(checkout)
    assert {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in again.iterdir()
    } == first


def test_the_archive_has_what_the_pages_need_so_that_a_server_needs_no_npm(
    checkout: Path,
) -> None:
    archive = next(release(checkout).glob("*.tar.gz"))
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    tracked = set(run(["git", "ls-files"], checkout).split("\n")) - {""}
    assert tracked <= names
    assert "server/web/static/vendor/bootstrap.min.css" in names
    assert "server/web/locale/fr/LC_MESSAGES/messages.mo" in names
    assert not [name for name in names if name.startswith((".venv", "node_modules", "var"))]


def test_what_is_not_committed_makes_no_release(checkout: Path) -> None:
    stray = checkout / "server" / "stray.py"
    stray.write_text("")
    try:
        done = subprocess.run(
            ["scripts/release.sh"], cwd=checkout, capture_output=True, text=True, check=False
        )
    finally:
        stray.unlink()
    assert done.returncode == 2
    assert "not committed" in done.stderr


@pytest.fixture(scope="module")
def bill() -> str:
    return run([sys.executable, "scripts/sbom.py", "1.2.3", "1700000000"], ROOT)


def test_the_bill_holds_to_the_schema_of_cyclonedx(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    torn = bill.replace('"components"', '"compnents"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(torn) is not None


def test_the_bill_names_each_locked_package_with_its_version_hashes_and_licence(bill: str) -> None:
    parts = {part["bom-ref"]: part for part in json.loads(bill)["components"]}
    lock = (ROOT / "requirements" / "run.txt").read_text()
    locked = re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)
    assert len(locked) > 40
    for name, version in locked:
        part = parts.pop(f"pypi:{name}@{version}")
        hashes = {each["value"] for each in part["properties"]}
        assert hashes and all(f"sha256:{each}" in lock for each in hashes), name
        [licence] = part["licenses"]
        said = licence.get("expression") or licence["license"].get(
            "id", licence["license"].get("name")
        )
        assert PERMISSIVE.search(said), f"{name}: {said}"
    image = parts.pop("micropython:ESP32_GENERIC_S3-SPIRAM_OCT")
    assert (image["type"], image["version"]) == ("firmware", ">=1.27")
    assert {part["name"] for part in parts.values()} == {"bootstrap", "htmx.org"}
    for part in parts.values():
        assert part["hashes"][0]["alg"] == "SHA-512"


def test_the_bill_says_who_needs_whom(bill: str) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in json.loads(bill)["dependencies"]}
    named = {
        ref.partition("@")[0]: [other.partition("@")[0] for other in needs[ref]] for ref in needs
    }
    assert "pypi:yarl" in named["pypi:aiohttp"]
    assert "pypi:aiohttp" in named["voiturier"]
    assert "pypi:yarl" not in named["voiturier"]
