"""What CONTRIBUTING.md and the glossary show is true: files, commands, terms."""

import re
import shlex
import stat
import subprocess
import sys

import pytest

from tests.support import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
# What the design calls things, on the server, on the wire and in its laws.
TERMS = {
    "Acknowledgement", "Action", "Actor", "Adjustment", "Agent", "Assurance", "Badge", "Booking",
    "Box", "Closing",
    "Command", "Directorate", "Enabled", "Epoch", "Equipment", "Fix", "Frame", "Gap", "Generation",
    "Grant", "Handshake", "Heartbeat", "Inhibited", "Leg", "Local override", "Message", "Odometer",
    "Pending", "Rate", "Reason", "Record", "Refusal", "Relay", "Request",
    "Sequence number", "Session", "Site", "Slot",
    "Start interlock", "Statement", "Track", "Trip", "Vector", "Vehicle",
}  # fmt: skip
FRENCH = ["réservation", "autorisation", "trajet", "boîtier", "direction", "clôture", "relevé"]


def test_every_file_that_is_pointed_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", CONTRIBUTING)
    named = re.findall(r"`([\w./]+/(?:[\w.]+)?)`", CONTRIBUTING)
    assert len(links) > 3 and len(named) > 20
    assert [name for name in links + named if not (ROOT / name).exists()] == []


def test_its_scripts_can_be_run() -> None:
    scripts = set(re.findall(r"((?:\./|scripts/)\w+\.sh)", CONTRIBUTING))
    assert "./test.sh" in scripts
    assert all((ROOT / name).stat().st_mode & stat.S_IXUSR for name in scripts)
    usage = subprocess.run([ROOT / "test.sh", "--help"], capture_output=True, text=True, check=True)
    assert all(f"./test.sh {word}" in usage.stdout for word in ("quick", "full"))


@pytest.mark.parametrize(
    "module", sorted(set(re.findall(r"python -m (tests[\w.]+)", CONTRIBUTING)))
)
def test_its_proofs_say_how_they_are_run(module: str) -> None:
    subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, check=True)


def test_the_tests_that_it_runs_are_there() -> None:
    for line in re.findall(r"^\.venv/bin/python -m (pytest .*)$", CONTRIBUTING, re.MULTILINE):
        command = [sys.executable, "-m", *shlex.split(line), "--collect-only", "-q"]
        subprocess.run(command, cwd=ROOT, check=True)


def test_the_glossary_has_every_term_once_with_its_french() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", GLOSSARY, re.MULTILINE)
    terms = [term for term, _, _ in rows if term != "term"]
    assert sorted(TERMS - set(terms)) == []
    assert len(terms) == len(set(terms))
    french = {word.strip() for _, words, _ in rows for word in words.split(",")}
    assert set(FRENCH) <= french
