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


def uids_that_libnfc_lists(*uids: str) -> list[str]:
    """What nfc-list finds on a simulated reader with these badges on it."""
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
    said = listed.stdout + listed.stderr
    found = re.findall(r"UID \(NFCID\d\): ((?:[0-9a-f]{2}[ \t]*)+)", said)
    assert found, said
    return [uid.replace(" ", "").strip() for uid in found]
