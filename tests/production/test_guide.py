"""What docs/operating says of itself and of the packaging is true, in both languages."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.production import guide
from tests.support import ROOT, skip_or_fail

UNIT = ROOT / "packaging" / "voiturier.service"


def test_both_languages_have_the_same_sections_and_the_same_commands() -> None:
    assert guide.sections("fr") == guide.sections("en")


def test_the_version_that_is_installed_is_this_one() -> None:
    (version,) = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    commands = "".join(guide.sections("en")["install"])
    assert set(re.findall(r"voiturier-(\d+\.\d+\.\d+)", commands)) == {version}


@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_every_file_that_is_pointed_to_exists(language: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", guide.text(language))
    assert links
    assert [name for name in links if not (ROOT / "docs" / name).exists()] == []


def test_every_file_of_the_packaging_that_is_typed_exists() -> None:
    typed = re.findall(r"/opt/voiturier/[^/ ]+/(packaging/\S+)", guide.text("en"))
    assert typed
    assert [name for name in typed if not (ROOT / name).exists()] == []


def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    unit = UNIT.read_text().replace("/opt/voiturier/current/.venv/bin/voiturier", "/bin/true")
    here = tmp_path / UNIT.name
    here.write_text(unit)
    done = analyze("verify", "--man=no", str(here))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_exposure_that_systemd_finds_is_the_one_stated() -> None:
    done = analyze("security", "--offline=yes", "--no-pager", str(UNIT))
    (found,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    for language in guide.LANGUAGES:
        stated = re.findall(
            r"`systemd-analyze security voiturier` \w+ ([\d.]+)", guide.text(language)
        )
        assert stated == [found]


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    if shutil.which("systemd-analyze") is None:
        skip_or_fail("missing program: systemd-analyze (Debian package systemd)")
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
