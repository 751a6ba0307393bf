"""`voiturier box add`: what the SIM card and its network want goes to the box, and nowhere else."""

import json
from pathlib import Path

import pytest

from firmware.identity import parse_identity
from server.cli import main
from server.fleet.model.fitting import PDP_TYPES
from tests.fleet import FLEET

SECRET, PIN = "s3cret, of 'mine'", "004321"


@pytest.fixture
def add(tmp_path: Path) -> list[str]:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps(FLEET))
    data = ["--data", str(tmp_path / "data")]
    main(["load", str(file), *data])
    (tmp_path / "password").write_text(SECRET + "\n")
    (tmp_path / "pin").write_text(PIN + "\n")
    box = ["box", "add", "--vehicle", "AB-123-CD", "--board", "host", "--replace"]
    return [*box, *data, "--out", str(tmp_path / "box.json")]


def test_the_box_reads_what_was_asked_for_and_none_of_it_is_printed(
    add: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = ["--apn-user", "box", "--apn-password-file", str(tmp_path / "password")]
    card = ["--apn", "fleet.example", "--pdp-type", "IPV4V6", "--sim-pin-file"]
    main([*add, *login, *card, str(tmp_path / "pin")])
    identity = parse_identity(json.loads((tmp_path / "box.json").read_text()))
    assert (identity.apn, identity.pdp_type) == ("fleet.example", "IPV4V6")
    assert (identity.apn_user, identity.apn_password) == ("box", SECRET)
    assert identity.sim_pin == PIN
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err and PIN not in told.out + told.err


def test_a_card_that_wants_nothing_has_no_login_and_no_pin(add: list[str], tmp_path: Path) -> None:
    main(add)
    identity = parse_identity(json.loads((tmp_path / "box.json").read_text()))
    assert (identity.apn, identity.pdp_type, identity.apn_user) == ("internet", "IP", "")
    assert identity.sim_pin == ""


SETTINGS = """\
[new_boxes]
server = "boxes.example:7401"
apn = "etat.example"
pdp_type = "IPV6"
apn_user = "box"
apn_password_file = "password"
"""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], ("boxes.example", 7401, "etat.example", "IPV6", "box", SECRET)),
        (
            ["--server", "[::1]:7400", "--pdp-type", "IP"],
            ("::1", 7400, "etat.example", "IP", "box", SECRET),
        ),
        (["--apn", "other"], ("boxes.example", 7401, "other", "IPV6", "", "")),
        (["--apn", ""], ("boxes.example", 7401, "", "IPV6", "", "")),
        (["--board", "host"], ("127.0.0.1", 7400, "etat.example", "IPV6", "box", SECRET)),
    ],
)
def test_what_is_not_typed_is_as_the_settings_say(
    add: list[str], tmp_path: Path, options: list[str], told: tuple[object, ...]
) -> None:
    for name, text in (("settings.toml", SETTINGS), ("password", SECRET)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    board = ["--board", "lilygo_t_sim7670g_s3", "--settings", str(tmp_path / "settings.toml")]
    main([*add, *board, *options])
    identity = parse_identity(json.loads((tmp_path / "box.json").read_text()))
    assert (
        identity.server_host,
        identity.server_port,
        identity.apn,
        identity.pdp_type,
        identity.apn_user,
        identity.apn_password,
    ) == told


@pytest.mark.parametrize("pdp_type", PDP_TYPES)
def test_the_box_takes_each_kind_of_address(add: list[str], tmp_path: Path, pdp_type: str) -> None:
    main([*add, "--pdp-type", pdp_type])
    assert json.loads((tmp_path / "box.json").read_text())["pdp_type"] == pdp_type


@pytest.mark.parametrize(
    ("options", "held", "said"),
    [
        (["--apn", 'a"b'], "", "--apn: at most 64 letters"),
        (["--apn", "préfecture"], "", "--apn: at most 64 letters"),
        (["--apn", "a" * 65], "", "--apn: at most 64 letters"),
        (["--apn", "a\r\nAT+CFUN=0"], "", "--apn: at most 64 letters"),
        (["--apn-user", "box"], "", "--apn-user and --apn-password-file go together"),
        (["--apn-password-file", "FILE"], "pw", "--apn-user and --apn-password-file go together"),
        (["--apn-user", "", "--apn-password-file", "FILE"], "pw", "go together"),
        (["--apn-user", 'b"x', "--apn-password-file", "FILE"], "pw", "--apn-user: at most 64"),
        (["--apn-user", "box", "--apn-password-file", "FILE"], 's3cr"t', "--apn-password-file: at"),
        (["--apn-user", "box", "--apn-password-file", "FILE"], " \n", "is empty"),
        (["--sim-pin-file", "FILE"], "123", "a PIN has 4 to 8 digits"),
        (["--sim-pin-file", "FILE"], "123456789", "a PIN has 4 to 8 digits"),
        (["--sim-pin-file", "FILE"], "12a4", "a PIN has 4 to 8 digits"),
        (["--sim-pin-file", "FILE"], "1234\n5678", "a PIN has 4 to 8 digits"),
        (["--sim-pin-file", "FILE"], "١٢٣٤", "a PIN has 4 to 8 digits"),
        (["--sim-pin-file", "/nowhere/pin"], "", "cannot read /nowhere/pin"),
        (["--pdp-type", "PPP"], "", "invalid choice: 'PPP'"),
    ],
)
def test_what_no_modem_takes_is_refused_in_one_line_and_costs_no_box(
    add: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    held: str,
    said: str,
) -> None:
    file = tmp_path / "held"
    file.write_text(held)
    with pytest.raises(SystemExit) as end:
        main([*add, *(str(file) if each == "FILE" else each for each in options)])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert not held.strip() or held.strip() not in told
    assert not (tmp_path / "box.json").exists()
