"""libnfc, from Debian, reads the simulated reader: a stranger that knows the PN532 well."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.support import skip_or_fail


@pytest.mark.parametrize("uid", ["0a1b2c3d", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6070809"], ids=len)
def test_libnfc_reads_a_uid_of_every_length(uid: str) -> None:
    assert uids_that_libnfc_lists(uid) == [uid]


def test_libnfc_finds_two_cards_one_upon_the_other() -> None:
    uids = ["0a1b2c3d", "04a1b2c3d4e5f6"]
    assert uids_that_libnfc_lists(*uids) == uids


def test_libnfc_takes_a_card_that_proves_itself_for_what_it_is() -> None:
    said = what_libnfc_says("04a1b2c3d4e5f6:" + "00" * 16, "0a1b2c3d")
    assert uids_in(said) == ["04a1b2c3d4e5f6", "0a1b2c3d"]
    assert re.search(r"ATQA \(SENS_RES\): 03\s+44", said)
    assert re.search(r"SAK \(SEL_RES\): 20", said)
    assert re.search(r"ATS: 77\s+77\s+71\s+02\s+80", said), "without its length"
    assert "DESFire" in said, "the family that NTAG 424 DNA belongs to"


def uids_that_libnfc_lists(*uids: str) -> list[str]:
    """The UIDs among what nfc-list says."""
    return uids_in(what_libnfc_says(*uids))


def uids_in(said: str) -> list[str]:
    found = re.findall(r"UID \(NFCID\d\): ((?:[0-9a-f]{2}[ \t]*)+)", said)
    assert found, said
    return [uid.replace(" ", "").strip() for uid in found]


def what_libnfc_says(*uids: str) -> str:
    """What nfc-list says on a simulated reader with these badges on it."""
    if shutil.which("nfc-list") is None:
        skip_or_fail("nfc-list is missing (Debian: libnfc-bin)")
    device = subprocess.Popen(
        [sys.executable, "-m", "simulator", "device", "badge"]
        + [word for uid in uids for word in ("--uid", uid)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert device.stdout is not None
        path = device.stdout.readline().strip()
        listed = subprocess.run(
            ["nfc-list", "-v"],
            env={**os.environ, "LIBNFC_DEVICE": f"pn532_uart:{path}"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        device.kill()
        device.wait()
    return listed.stdout + listed.stderr
