"""gammu, which nobody of this project wrote, uses the simulated modem as any technician would.

Each of its runs takes some 5 s, which it spends on waiting for a modem that may be slow.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers.simulated_modem import SENDER, TEXT, find, output, simulated_modem

TRIES = 10  # the modem registers, and then gets its message, some seconds after its start


@pytest.fixture(scope="module")
def gammu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    program = find("gammu", "gammu")
    folder: Path = tmp_path_factory.mktemp("gammu")
    with simulated_modem() as pty:
        settings = folder / "gammurc"
        settings.write_text(f"[gammu]\ndevice = {pty}\nconnection = at115200\n")
        yield lambda *arguments: output([program, "-c", str(settings), *arguments], folder)


def field(text: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)} *: (.*)$", text, re.MULTILINE)
    assert found, f"no {name!r} in:\n{text}"
    return found[1].strip().strip('"')


def test_gammu_identifies_the_modem_and_its_card(gammu: Callable[..., str]) -> None:
    said = gammu("identify")
    assert field(said, "Manufacturer") == "SIMCOM INCORPORATED"
    assert field(said, "Model") == "unknown (A7670E-FASE)"
    assert field(said, "IMEI") == "860000000000017"
    assert field(said, "SIM IMSI") == "001010123456789"


def test_gammu_reads_the_signal_and_finds_the_network(gammu: Callable[..., str]) -> None:
    for _ in range(TRIES):
        said = gammu("monitor", "1")
        if "home network" in said:
            break
    assert field(said, "Signal strength") == "-69 dBm"
    assert field(said, "Network state") == "home network"
    assert field(said, "Network").startswith("001 01")
    assert field(said, "Name in phone") == "Voiturier"
    assert field(said, "GPRS") == "attached"


def test_gammu_reads_a_message_and_deletes_it(gammu: Callable[..., str]) -> None:
    for _ in range(TRIES):
        said = gammu("getallsms")
        if SENDER in said:
            break
    assert field(said, "Remote number") == SENDER
    assert field(said, "Status") == "UnRead"
    assert TEXT in said
    gammu("deleteallsms", "1")
    assert SENDER not in gammu("getallsms")
