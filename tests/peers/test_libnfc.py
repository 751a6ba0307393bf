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
    if shutil.which("nfc-list") is None:
        skip_or_fail("nfc-list is missing (Debian: libnfc-bin)")
    device = subprocess.Popen(
        [sys.executable, "-m", "simulator", "device", "badge", "--uid", uid],
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
    found = re.search(r"UID \(NFCID\d\): ((?:[0-9a-f]{2}\s*)+)", said)
    assert found, said
    assert found[1].replace(" ", "").strip() == uid
