"""ModemManager, which nobody of this project wrote, takes the simulated modem into service.

In a bus of its own; the port is a Unix socket, given by the daemon's own interface for tests.
"""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.simulated_modem import SENDER, TEXT, find, output, simulated_modem

MANAGER = "org.freedesktop.ModemManager1"
PATH = "/org/freedesktop/ModemManager1"
MODEM = f"{PATH}/Modem/0"
REGISTERED = "int32 8"  # MMModemState; 6 is enabled, and this one is reached from there only
PATIENCE_S = 60.0
# No system bus, no service files: only who is told the address is on it.
BUS_CONFIGURATION = """
<busconfig>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
"""


class Bus:
    """Calls to the daemon."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._command = [find("dbus-send", "dbus"), f"--bus={address}", "--print-reply=literal"]

    def call(self, path: str, method: str, *arguments: str) -> str:
        command = [*self._command, f"--dest={MANAGER}", path, method, *arguments]
        return output(command, self._folder)

    def get(self, path: str, interface: str, name: str) -> str:
        """A property, as dbus-send writes it: its type and its value."""
        arguments = (f"string:{MANAGER}{interface}", f"string:{name}")
        said = self.call(path, "org.freedesktop.DBus.Properties.Get", *arguments)
        return " ".join(said.removeprefix("   variant").split())

    def wait_for_daemon(self) -> None:
        """Wait until the daemon has its name on the bus."""
        given_up_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < given_up_s:
            with contextlib.suppress(AssertionError):
                self.get(PATH, "", "Version")
                return
            time.sleep(0.2)
        pytest.fail("ModemManager did not come to its bus")

    def wait(self, path: str, interface: str, name: str, wanted: str) -> None:
        """Ask until a property is so."""
        seen = ""
        given_up_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < given_up_s:
            with contextlib.suppress(AssertionError):  # the object may not be there yet
                seen = self.get(path, interface, name)
            if seen == wanted:
                return
            time.sleep(0.2)
        pytest.fail(f"{name} is {seen}, not {wanted}")


@contextlib.contextmanager
def running(command: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    """ModemManager on its own bus."""
    daemon = find("ModemManager", "modemmanager")
    configuration = tmp_path / "bus.conf"
    configuration.write_text(BUS_CONFIGURATION.format(folder=tmp_path))
    dbus = [find("dbus-daemon", "dbus"), f"--config-file={configuration}"]
    with running([*dbus, "--nofork", "--print-address"]) as bus_daemon:
        assert bus_daemon.stdout
        address = bus_daemon.stdout.readline().strip()
        options = ["--test-session", "--test-enable", "--test-no-udev"]
        options.append("--test-no-suspend-resume")
        with running([daemon, *options], DBUS_SESSION_BUS_ADDRESS=address):
            made = Bus(tmp_path, address)
            made.wait_for_daemon()
            yield made


def test_modem_manager_takes_the_modem_into_service(bus: Bus, tmp_path: Path) -> None:
    with simulated_modem("--socket", str(tmp_path / "modem")) as port:
        profile = ("string:voiturier", "string:simtech", f"array:string:{port}")
        bus.call(PATH, f"{MANAGER}.Test.SetProfile", *profile)
        bus.wait(MODEM, ".Modem", "State", "int32 3")  # disabled
        bus.call(MODEM, f"{MANAGER}.Modem.Enable", "boolean:true")
        bus.wait(MODEM, ".Modem", "State", REGISTERED)
        assert bus.get(MODEM, ".Modem", "Model") == "A7670E-FASE"
        assert bus.get(MODEM, ".Modem", "Manufacturer") == "SIMCOM INCORPORATED"
        assert bus.get(MODEM, ".Modem", "EquipmentIdentifier") == "860000000000017"
        assert bus.get(MODEM, ".Modem.Modem3gpp", "OperatorCode") == "00101"
        assert bus.get(MODEM, ".Modem.Modem3gpp", "OperatorName") == "Voiturier"
        assert "uint32 70" in bus.get(MODEM, ".Modem", "SignalQuality")  # 22 of 31, in percent
        sms = f"{PATH}/SMS/0"
        bus.wait(sms, ".Sms", "Number", SENDER)
        assert bus.get(sms, ".Sms", "Text") == TEXT
