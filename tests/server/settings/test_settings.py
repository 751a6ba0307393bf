"""The file of settings: the sample says all there is, and a mistake is told with its line."""

import dataclasses
import re
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import Address, Config
from server.settings import SettingsError, read
from server.settings.model import SettingsFile
from server.settings.reading import DATA
from tests.support import ROOT

SAMPLE = ROOT / "packaging" / "voiturier.toml"
TEXT = SAMPLE.read_text(encoding="utf-8")
# The sample with all that it shows as an example said, but one of the two ways to a password.
ALL_SAID = re.sub(r"(?m)^#(?=\[?[a-z_]+(\]| = ))(?!(apn_)?password =)", "", TEXT)


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "voiturier.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o600)
    for name, password in (("mail-password", "hunter2"), ("apn-password", "of the network")):
        secret = folder / name
        secret.write_text(f"{password}\n")
        secret.chmod(0o600)
    return file


def wrong(folder: Path, text: str | bytes) -> list[tuple[int | None, str, str]]:
    """Return what is told of a text: lines, keys, words."""
    with pytest.raises(SettingsError) as error:
        read(written(folder, text), {})
    return [(each.line, each.key, each.text % each.values) for each in error.value.mistakes]


def test_the_sample_as_it_is_says_what_holds_without_it(tmp_path: Path) -> None:
    assert read(written(tmp_path, TEXT), {}) == Config(DATA) == read(written(tmp_path, ""), {})


def test_the_sample_names_every_word_that_a_file_may_say_and_no_other() -> None:
    said, section = set(), ""
    for line in TEXT.splitlines():
        if heading := re.fullmatch(r"#?\[([a-z_]+)\]", line):
            section = heading[1]
        elif word := re.match(r"#?([a-z_]+) = ", line):
            said.add((section, word[1]))
    known = {
        (section, word)
        for section, about in SettingsFile.model_fields.items()
        for word in about.annotation.model_fields
    }
    assert said == known


# Each another value than the default's.
OTHERWISE = """
[about]
name = "Parc de la Sarthe"
telephone = "02 43 00 00 00"
mail = "parc@ddt.example"
data_protection = "dpd@ddt.example"
accessibility = "partial"
[server]
data = "/srv/voiturier"
http = "[::1]:8081"
boxes = "0.0.0.0:7401"
metrics = "127.0.0.1:9100"
trusted_proxies = ["127.0.0.1", "10.1.0.0/16"]
timezone = "Indian/Reunion"
language = "en"
log_format = "json"
[bookings]
shortest_min = 30
most = 20
most_of_one_car = 10
simple_walk_up = true
notice_before_use = true
[sign_in]
second_step_for = ["administrator"]
[mail]
server = "smtp.example:465"
sender = "parc@ddt.example"
site = "https://parc.example/"
security = "tls"
user = "parc"
password_file = "mail-password"
[new_boxes]
server = "[2001:db8::7]:7401"
apn = "etat.example"
pdp_type = "IPV4V6"
apn_user = "boitier"
apn_password_file = "apn-password"
[retention]
positions_d = 30
positions_as_proof_d = 200
refusals_d = 30
feedback_d = 200
sessions_d = 10
mail_d = 10
records_d = 200
audit_d = 200
journeys_d = 900
accounts_d = 300
[backups]
folder = "/srv/copies"
keep = 7
at_hour = 3
[alerts]
mail_to = ["astreinte@ddt.example"]
silent_car_h = 24
disk_free_mb = 900
[web_limits]
header_s = 5
body_s = 15
idle_s = 30
per_address = 32
"""


def leaves(settings: object, before: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, Address):
            found |= leaves(value, f"{before}{field.name}.")
        else:
            found[before + field.name] = value
    return found


def test_a_file_reaches_every_setting_that_there_is(tmp_path: Path) -> None:
    chosen, default = leaves(read(written(tmp_path, OTHERWISE), {})), leaves(Config(DATA))
    same = {name for name, value in chosen.items() if default.get(name) == value}
    assert same == {"demo_accounts", "new_fleet"}, "of the demonstration, or typed once, alone"
    assert chosen["timezone"] == ZoneInfo("Indian/Reunion")
    assert chosen["mail.site"] == "https://parc.example"
    assert chosen["mail.password"] == "hunter2"
    assert chosen["booking_limits.shortest_s"] == 1800
    assert chosen["new_boxes.server"] == Address("2001:db8::7", 7401)
    assert chosen["new_boxes.apn_password"] == "of the network"


def test_all_that_the_sample_shows_may_be_said_at_once(tmp_path: Path) -> None:
    config = read(written(tmp_path, ALL_SAID), {})
    assert config.mail is not None and config.mail.password == "hunter2"
    assert config.alerts.mail_to == ("astreinte@ddt.example",)


def test_the_password_may_be_a_credential_of_systemd(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "mail-password").write_text("of systemd")
    (credentials / "mail-password").chmod(0o440)
    file = written(tmp_path, ALL_SAID)
    config = read(file, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert config.mail is not None and config.mail.password == "of systemd"
    assert config.new_boxes.apn_password == "of the network"
    assert "of systemd" not in repr(config) and "of the network" not in repr(config)


def test_the_passwords_of_sections_that_nobody_asks_for_are_not_read(tmp_path: Path) -> None:
    file = written(tmp_path, ALL_SAID)
    (tmp_path / "mail-password").unlink()
    config = read(file, {}, secrets=("new_boxes",))
    assert config.new_boxes.apn_password == "of the network"
    assert config.mail is not None and config.mail.password is None
    (tmp_path / "apn-password").unlink()
    assert read(file, {}, secrets=()).new_boxes.apn_password == ""


EVERY_KIND = """\
name = "outside of every section"
[server]
http = 8080
boxes = "127.0.0.1"
timezone = "Europe/Pariss"
language = "de"
trusted_proxies = ["127.0.0.1", "10.1.2.3/8"]
data = "var/lib"
[retention]
positions_d = 61
refusals_d = "60"
audit_d = 1.5
[bookings]
simple_walk_up = "no"
shortest_min = true
[alerts]
mail_to = "astreinte@ddt.example"
silent_cars_h = 3
[mail]
server = "smtp.example:587"
sender = "parc"
site = "parc.example"
password = "s3cret"
[mailbox]
[sign_in]
second_step_for = ["boss"]
"""


def test_every_mistake_is_told_at_once_with_its_line_its_word_and_what_is_right(
    tmp_path: Path,
) -> None:
    told = wrong(tmp_path, EVERY_KIND)
    assert [(line, key) for line, key, _ in told] == [
        (1, "name"), (3, "server.http"), (4, "server.boxes"), (5, "server.timezone"),
        (6, "server.language"), (7, "server.trusted_proxies"), (8, "server.data"),
        (10, "retention.positions_d"), (11, "retention.refusals_d"), (12, "retention.audit_d"),
        (14, "bookings.simple_walk_up"), (15, "bookings.shortest_min"), (17, "alerts.mail_to"),
        (18, "alerts.silent_cars_h"), (21, "mail.sender"), (22, "mail.site"), (24, "mailbox"),
        (26, "sign_in.second_step_for"),
    ]  # fmt: skip
    said = {key: text for _, key, text in told}
    assert said["retention.positions_d"] == "A whole number from 1 to 60 was expected."
    assert "127.0.0.1:8080" in said["server.boxes"]
    assert "10.1.0.0/16" in said["server.trusted_proxies"]
    assert "Europe/Paris" in said["server.timezone"]
    assert "mail_to, silent_car_h" in said["alerts.silent_cars_h"]
    assert "s3cret" not in str(told)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("[server]\nhttp = \n", 2, "server.http"),
        ("[server]\ntimezone = Europe/Paris\n", 2, "server.timezone"),
        ('[server]\nhttp = "127.0.0.1:1\nboxes = "127.0.0.1:2"\n', 2, "server.http"),
        ('[server\nhttp = "127.0.0.1:1"\n', 1, ""),
        ("[about]\n[server]\n[about]\n", 3, "about"),
        ('[server]\nlanguage = "fr"\nlanguage = "fr"\n', 3, "server.language"),
        ('[server]\nhttp = """\n127.0.0.1:1\n', 2, "server.http"),
        ("[server]\ntrusted_proxies = [\n", 2, "server.trusted_proxies"),
        ("retention = 3\n", 1, "retention"),
        ("[[mail]]\n", 1, "mail"),
        ('[server]\nhttp.port = "x"\n', 2, "server.http"),
        ("[retention]\npositions_d = 2026-09-01\n", 2, "retention.positions_d"),
        ("[retention]\npositions_d = " + "9" * 5000 + "\n", 2, "retention.positions_d"),
        ("[retention]\npositions_d = " + "[" * 5000 + "\n", 2, "retention.positions_d"),
        ('[about]\nname = "a\\u0007b"\n', 2, "about.name"),
        ('[about]\nname = ""\n', 2, "about.name"),
        ("[about]\nname = 'x\x00'\n", 2, "about.name"),
        ('"\\u001b[31m" = 1\n', 1, "'\\x1b[31m'"),
        ("a.b = 1\na = 2\n", 1, "a"),
        ('[mail]\nsender = "parc@ddt.example"\n', 1, "mail.server"),
        ('[mail]\nserver = "smtp.example:0"\n', 2, "mail.server"),
    ],
)
def test_a_torn_or_doubled_line_is_told_with_its_place(
    tmp_path: Path, text: str, line: int, key: str
) -> None:
    assert (line, key) in [(at, word) for at, word, _ in wrong(tmp_path, text)]


def test_what_is_no_toml_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    told = wrong(tmp_path, "[server]\nhttp = x\nlanguage = 'de'\n[retention]\nmail_d = 0\n")
    assert [(line, key) for line, key, _ in told] == [
        (2, "server.http"), (3, "server.language"), (5, "retention.mail_d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "zone", ["Europe", "", "/etc/localtime", "../UTC", "Europe/Paris\n", "x/" * 99]
)
def test_what_is_no_zone_is_told(tmp_path: Path, zone: str) -> None:
    text = f"[server]\ntimezone = '''{zone}'''\n"
    if zone == "Europe/Paris\n":
        assert read(written(tmp_path, text), {}).timezone == ZoneInfo("Europe/Paris")
    else:
        assert [key for _, key, _ in wrong(tmp_path, text)] == ["server.timezone"]


@pytest.mark.parametrize(
    "places",
    [
        'http = "127.0.0.1:7400"', 'http = "0.0.0.0:7400"', 'boxes = "localhost:8080"',
        'boxes = "[::]:8080"', 'metrics = "127.0.0.1:8080"', 'metrics = "127.0.0.1:7400"',
        'http = "10.0.0.1:7000"\nboxes = "10.0.0.1:7000"',
        'boxes = "[::1]:7000"\nhttp = "localhost:7000"',
        'boxes = "[::1]:7000"\nhttp = "[0:0::0:1]:7000"',
        'boxes = "A.example:1"\nhttp = "a.example:1"',
    ],
)  # fmt: skip
def test_two_listeners_at_one_place_are_told(tmp_path: Path, places: str) -> None:
    told = wrong(tmp_path, f"[server]\n{places}\n")
    assert len(told) == 1 and told[0][0] is not None and "place of" in told[0][2]


def test_a_place_that_cannot_be_read_is_at_none_other(tmp_path: Path) -> None:
    told = wrong(tmp_path, '[server]\nhttp = 1\nboxes = "127.0.0.1:8080"\n')
    assert [key for _, key, _ in told] == ["server.http"]


def test_listeners_at_places_of_their_own_are_taken(tmp_path: Path) -> None:
    text = '[server]\nhttp = "10.0.0.1:7400"\nboxes = "10.0.0.2:7400"\nmetrics = "10.0.0.2:0"\n'
    assert read(written(tmp_path, text), {}).http == Address("10.0.0.1", 7400)


MAIL = '[mail]\nserver = "a.example:25"\nsender = "p@a.example"\nsite = "https://a.example"\n'


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('user = "parc"', "mail.user"),
        ('password = "x"', "mail.password"),
        ('user = "p"\npassword = "x"\npassword_file = "mail-password"', "mail.password"),
        ('user = "p"\npassword = "x"\nsecurity = "none"', "mail.security"),
        ('user = "p"\npassword_file = "nowhere"', "mail.password_file"),
        ('user = "p"\npassword_file = "/"', "mail.password_file"),
        ('user = "p"\npassword_file = "/dev/zero"', "mail.password_file"),
        ('user = "p"\npassword_file = "empty"', "mail.password_file"),
        ('user = "p"\npassword_file = "latin"', "mail.password_file"),
        ('user = "p"\npassword_file = "open"', "mail.password_file"),
    ],
)
def test_what_does_not_fit_together_in_mail_is_told(tmp_path: Path, more: str, key: str) -> None:
    for name, data, mode in (
        ("empty", b"\n", 0o600),
        ("latin", b"\xe9", 0o600),
        ("open", b"x", 0o604),
    ):
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(mode)
    assert [word for _, word, _ in wrong(tmp_path, f"{MAIL}{more}\n")] == [key]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('server = "boxes.example"', "new_boxes.server"),
        ('server = "boxes.example:0"', "new_boxes.server"),
        ('apn = "a\\"b"', "new_boxes.apn"),
        ('apn = "préfecture"', "new_boxes.apn"),
        ("apn = 'a\\r\\nAT+CFUN=0'", "new_boxes.apn"),
        ('pdp_type = "PPP"', "new_boxes.pdp_type"),
        ('apn_user = "box"', "new_boxes.apn_user"),
        ('apn_password = "x"', "new_boxes.apn_password"),
        ('apn_user = "b\\"x"\napn_password = "x"', "new_boxes.apn_user"),
        (
            'apn_user = "b"\napn_password = "x"\napn_password_file = "apn-password"',
            "new_boxes.apn_password",
        ),
        ('apn_user = "b"\napn_password_file = "nowhere"', "new_boxes.apn_password_file"),
        ('apn_user = "b"\napn_password_file = "quoted"', "new_boxes.apn_password_file"),
        ('apn_user = "b"\napn_password_file = "open"', "new_boxes.apn_password_file"),
    ],
)
def test_what_no_modem_takes_or_does_not_fit_together_is_told(
    tmp_path: Path, more: str, key: str
) -> None:
    for name, data, mode in (("quoted", 's3cr"t', 0o600), ("open", "x", 0o604)):
        (tmp_path / name).write_text(data)
        (tmp_path / name).chmod(mode)
    told = wrong(tmp_path, f"[new_boxes]\n{more}\n")
    assert [word for _, word, _ in told] == [key]
    assert "s3cr" not in str(told)


def test_the_access_point_may_be_the_network_s_own(tmp_path: Path) -> None:
    assert read(written(tmp_path, '[new_boxes]\napn = ""\n'), {}).new_boxes.apn == ""


def test_alerts_by_mail_need_a_mail_server(tmp_path: Path) -> None:
    told = wrong(tmp_path, '[alerts]\nmail_to = ["a@b.example"]\n')
    assert [(line, key) for line, key, _ in told] == [(2, "alerts.mail_to")]


def test_a_password_in_a_file_that_everybody_may_read_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, f'{MAIL}user = "p"\npassword = "x"\n')
    assert read(file, {}).mail is not None
    file.chmod(0o644)
    with pytest.raises(SettingsError) as error:
        read(file, {})
    assert [each.key for each in error.value.mistakes] == ["mail.password"]


def test_what_cannot_be_read_at_all_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / "n" / "x", Path("/dev/zero")):
        with pytest.raises(SettingsError) as error:
            read(path, {})
        assert len(error.value.mistakes) == 1
    assert wrong(tmp_path, "[server]\n# caf\xe9\n".encode("latin-1"))[0][0] == 2
    assert wrong(tmp_path, "[server]".encode("utf-16"))[0][0] == 1
    assert "too large" in wrong(tmp_path, "#" * 70_000)[0][2]


def test_the_mark_and_the_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    text = "[server]\r\nlanguage = 'en'\r\nhttp = 1\r\n"
    assert wrong(tmp_path, text.encode("utf-8-sig"))[0][:2] == (3, "server.http")
    fine = text.replace("http = 1\r\n", "").encode("utf-8-sig")
    assert read(written(tmp_path, fine), {}).language == "en"


SAID = [
    (number, line.split(" = ")[0])
    for number, line in enumerate(OTHERWISE.splitlines(), start=1)
    if " = " in line
]


@pytest.mark.parametrize("number, word", SAID, ids=[f"{n}-{word}" for n, word in SAID])
@pytest.mark.parametrize(
    "value", ["[[1]]", "1979-05-27", "{a = 1}", "'\\u0000", "-1e999", "'\x07'"]
)
def test_a_wrong_value_of_any_word_is_told_with_its_line_and_nothing_else_is(
    tmp_path: Path, number: int, word: str, value: str
) -> None:
    lines = OTHERWISE.splitlines()
    lines[number - 1] = f"{word} = {value}"
    told = wrong(tmp_path, "\n".join(lines))
    assert [(line, key.rpartition(".")[2]) for line, key, _ in told] == [(number, word)]


LINES = ALL_SAID.splitlines(keepends=True)
CODED = [line for line in LINES if line[0] not in "#\n"]


@given(st.data())
def test_a_sample_that_was_spoilt_is_read_or_refused_by_line_and_never_more(
    data: st.DataObject,
) -> None:
    lines = list(CODED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["cut", "double", "swap", "letter", "value", "drop"]))
        if kind == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "letter":
            place = data.draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:place] + data.draw(st.text(max_size=3)) + lines[at][place:]
        elif kind == "value" and " = " in lines[at]:
            value = data.draw(
                st.sampled_from(
                    ["-1", "1e400", "nan", "[[]]", "{a = 1}", "[1, 'x']", "''", "1979-05-27"]
                )
            )
            lines[at] = lines[at].split(" = ")[0] + f" = {value}\n"
        elif kind == "drop" and len(lines) > 1:
            del lines[at]
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), "".join(lines).encode("utf-8", "surrogatepass"))
        try:
            read(file, {})
        except SettingsError as error:
            assert error.mistakes
            for each in error.mistakes:
                assert (each.text % each.values).isprintable()
                assert each.line is None or 1 <= each.line <= len(lines) + 8


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_more(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read(written(Path(folder), data), {})
        except SettingsError as error:
            assert error.mistakes
