"""The commands of docs/operating, typed as they stand at an empty Debian 12, section by section.

Between them the test is the world: it brings the release, looks at the pages, is the car's box,
loses the machine's files.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.production import guide
from tests.production.machine import Machine, started

_LOGIN, _PASSWORD = "jeanne.roux", "tracteur bleu sous la pluie"
_CERTIFICATE = "etc/voiturier/tls/fullchain.pem"

_COPY_CARRIED_AWAY = (
    'cp "$(ls /var/lib/voiturier/backups/*.db | tail -n 1)" /root/voiturier-copy.db'
)
_KILLED_AND_BACK = """
systemctl kill --signal=KILL voiturier
until [ "$(systemctl show --property=NRestarts --value voiturier)" = 1 ] &&
    systemctl is-active --quiet voiturier; do sleep 0.1; done
"""


def after(made: Path, folder: Path) -> Path:
    """The same release under the next number."""
    later = folder / "voiturier-0.2.0"
    commands = f"""
        cp -r {made} {later}
        cd {later}
        tar -xzf {made.name}.tar.gz
        mv {made.name} {later.name}
        sed -i 's/^version = .*/version = "0.2.0"/' {later.name}/pyproject.toml
        tar -czf {later.name}.tar.gz {later.name}
        rm -r {made.name}.tar.gz {later.name} SHA256SUMS
        find . -type f ! -name SHA256SUMS -exec sha256sum {{}} + >SHA256SUMS
    """
    subprocess.run(["sh", "-euc", commands], check=True)
    return later


@dataclass
class Operator:
    """Whoever types the guide, and what the machine said."""

    machine: Machine
    blocks: dict[str, list[str]]

    def types(self, section: str, which: int | None = None) -> str:
        """All blocks of a section, or one of them."""
        blocks = self.blocks[section]
        chosen = blocks if which is None else [blocks[which]]
        return "".join(self._types(block) for block in chosen)

    def _types(self, block: str) -> str:
        warns = block.endswith("voiturier check\n")  # of mail and time service, which it has not
        return self.machine.types(
            block, fetches=block.startswith("apt-get "), ends=(0, 1) if warns else (0,)
        )

    def sees(self, login: str = _LOGIN, password: str = _PASSWORD) -> str:
        """The first page over TLS, signed in."""
        certificate = str(self.machine.root / _CERTIFICATE)
        said = self.machine.visits("tests.production.visit", "pages", certificate, login, password)
        answer: dict[str, Any] = json.loads(said)
        assert answer["only_tls"] == "max-age=31536000"
        page: str = answer["page"]
        return page

    def box_reports(self, identity: Path, seq: int) -> int:
        """Be the car's box; which record it may forget."""
        return int(self.machine.visits("tests.production.visit", "box", str(identity), str(seq)))

    def records(self) -> int:
        told = json.loads(self.machine.types("voiturier trips --json"))
        stored: int = told["records_stored"]
        return stored


def test_as_typed_they_lead_from_an_empty_machine_to_the_first_car_and_back_from_each_loss(
    tmp_path: Path, release: Path
) -> None:
    with started(tmp_path) as machine:
        for made in (release, after(release, tmp_path)):
            shutil.copytree(made, machine.root / "root" / made.name)
        operator = Operator(machine, guide.sections("en"))
        typed = set()

        def types(section: str, which: int | None = None) -> str:
            typed.add(section)
            return operator.types(section, which)

        # From nothing to pages over TLS and a box that is heard.
        assert "0.1.0" in types("install")
        types("settings")
        types("fleet")
        assert "active (running)" in types("service")
        types("tls")
        assert "Jeanne Roux" in operator.sees()
        types("first-car", 0)
        identity = tmp_path / "box.json"
        shutil.copy(machine.root / "var/lib/voiturier/box.json", identity)
        types("first-car", 1)
        assert operator.box_reports(identity, 1) == 1
        assert operator.records() == 1
        # It is what the unit says it may be, and comes back when it ends.
        confined(machine)
        machine.types(_KILLED_AND_BACK)
        assert "Jeanne Roux" in operator.sees()
        # Each day, week, year.
        types("safe")
        types("day")
        machine.types(_COPY_CARRIED_AWAY)
        types("week")
        types("year")
        assert operator.box_reports(identity, 2) == 2
        # What one does when ...
        for section in ("disk-full", "clock", "certificate", "silent"):
            types(section)
        # ... the copy has to come back: what the box told since is sent again.
        types("restore")
        assert "Jeanne Roux" in operator.sees()
        assert operator.records() == 1
        assert operator.box_reports(identity, 2) == 2
        # ... there is a new version, and it is not liked.
        assert "0.2.0" in types("upgrade")
        assert "Jeanne Roux" in operator.sees()
        assert operator.records() == 2
        assert "0.1.0" in types("back")
        assert "Jeanne Roux" in operator.sees()
        # ... the machine moves.
        types("move", 0)
        machine.types("rm -r /var/lib/voiturier /etc/voiturier")
        types("move", 1)
        assert operator.records() == 2
        # ... all that was on it is lost, but for the key in the safe and one copy.
        machine.types("systemctl stop voiturier; rm -r /var/lib/voiturier")
        types("lost")
        assert "Jeanne Roux" in operator.sees()
        assert operator.box_reports(identity, 3) == 3
        # ... people come and go, and cars are stolen.
        for section in ("theft", "leaver", "data"):
            types(section)
        assert "Jeanne Roux" in operator.sees()
        machine.types("systemctl stop voiturier")
        assert {name for name, blocks in operator.blocks.items() if blocks} == typed


def confined(machine: Machine) -> None:
    """The process runs as the unit says, and under a filter of system calls."""
    pid = machine.types("systemctl show --property=MainPID --value voiturier").strip()
    status = machine.types(f"cat /proc/{pid}/status")
    assert re.search(r"^Seccomp:\s+2$", status, re.M)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.M)
    assert re.search(r"^CapEff:\s+0+$", status, re.M)
    limits = machine.types(f"cat /proc/1/limits /proc/{pid}/limits")
    (most, *_), *own = re.findall(r"^Max open files +(\d+) +(\d+) ", limits, re.M)
    assert own == [(str(min(65536, int(most))),) * 2]
