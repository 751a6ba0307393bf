"""What the README shows is true: its fleet file loads, its commands and files exist."""

import json
import re
import stat
from pathlib import Path

from tests.chain import voiturier

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_the_operators_fleet_file_loads_and_its_car_takes_a_box(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    plate = json.loads(shown)["vehicles"][0]["plate"]
    fleet = tmp_path / "fleet.json"
    fleet.write_text(shown)
    data = ("--data", str(tmp_path / "data"))
    assert "1 vehicles, 1 agents" in voiturier("load", str(fleet), *data)
    out = tmp_path / "box.json"
    where = ("--server", "boxes.example.org:7400", "--apn", "internet", "--out", str(out))
    voiturier("box", "add", "--vehicle", plate, *where, *data)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_every_file_that_the_readme_points_to_exists() -> None:
    links = re.findall(r'\]\(([^)#:]+)\)|src="([^"]+)"', README)
    missing = [name for pair in links for name in pair if name and not (ROOT / name).exists()]
    assert links
    assert missing == []


def test_the_two_commands_of_the_readme_can_be_run() -> None:
    for name in re.findall(r"^(\./\w+\.sh)", README, re.MULTILINE):
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR
