"""Tables as people send them: every way that one goes wrong is told, with its line."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from server.fleet.refusals import Reason, Refused
from server.fleet.tables import cells, columns, reading
from server.fleet.tables.sheet import MOST_BYTES, MOST_LINES

HEADER = "identifiant;nom complet;direction"


def read(text: str | bytes, kind: columns.Kind = "people") -> reading.Entries:
    content = text if isinstance(text, bytes) else text.encode()
    return reading.read(kind, io.BytesIO(content))


def names(entries: reading.Entries) -> list[str]:
    return [line.entry.full_name for line in entries.lines]


def refused(content: str | bytes, kind: columns.Kind = "people") -> list[tuple[str, Reason]]:
    with pytest.raises(Refused) as told:
        read(content, kind)
    return [(each.field, each.reason) for each in told.value.refusals]


def against(entries: reading.Entries) -> list[tuple[int, str, Reason]]:
    return [(line.number, each.field, each.reason) for line in entries.lines
            for each in line.refusals]  # fmt: skip


def workbook(rows: Sequence[Sequence[object]], **formats: str) -> bytes:
    """An XLSX; `formats`: letter of a column -> its number format."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for letter, number_format in formats.items():
        for cell in book.active[letter]:
            cell.number_format = number_format
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("separator", ";,\t")
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_columns_stand_between_semicolons_commas_or_tabs(separator: str, line_end: str) -> None:
    lines = [HEADER, "eva.roux;Eva Roux;DDT", "ida.roux;Ida Roux;DDT"]
    text = line_end.join(lines).replace(";", separator)
    entries = read(text)
    assert names(entries) == ["Eva Roux", "Ida Roux"] and entries.ignored == ()
    assert [line.number for line in entries.lines] == [2, 3]


def test_a_semicolon_file_is_not_read_as_one_column() -> None:
    """accounts.md 2.6: lubelog#2, #317."""
    assert names(read(f"{HEADER}\neva.roux;Roux, Eva;DDT\n")) == ["Roux, Eva"]
    assert names(read(f"sep=;\r\n{HEADER}\r\neva.roux;Roux, Eva;DDT\r\n")) == ["Roux, Eva"]


def test_a_decimal_comma_is_no_sign_of_thousands() -> None:
    """accounts.md 2.6: 9,99 imported as 999 (dannymcc/may#255), decimals lost (hammond#33)."""
    lines = "code;nom;latitude;longitude;rayon (m)\nA;Cour;48,0061;-0,1996;1 234,5\n"
    for text in (lines, lines.replace(",", ".")):
        (line,) = read(text, "sites").lines
        assert (line.entry.lat, line.entry.lon, line.entry.radius_m) == (48.0061, -0.1996, 1234.5)
    for text, number in (("9,99", 9.99), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 000", 1000)):
        assert cells.number_of(text) == number


def test_the_day_stands_before_the_month_and_what_cannot_be_is_asked_about() -> None:
    """accounts.md 2.6: 12/01 read as 1 December (dannymcc/may#255)."""
    for text in ("12/01/2026", "12.01.2026", "2026-01-12", "46034", "2026-01-12 00:00:00"):
        assert cells.day_of(text) == date(2026, 1, 12)
    entries = read(f"{HEADER};depuis le\na;A;DDT;01/25/2026\nb;B;DDT;12/01/26\nc;C;DDT;demain\n")
    assert against(entries) == [
        (2, "since", Reason.DAY_OR_MONTH),
        (3, "since", Reason.NOT_A_DAY),
        (4, "since", Reason.NOT_A_DAY),
    ]


def test_every_line_that_fails_says_why() -> None:
    """accounts.md 2.6: "failed 1" without a reason (tracktor#177)."""
    entries = read(f"{HEADER};permis vu\n;Eva;DDT;\nb;B;DDT;peut-être\n")
    assert against(entries) == [
        (2, "login", Reason.CELL_EMPTY),
        (3, "licence_recorded", Reason.NOT_YES_OR_NO),
    ]


def test_no_line_that_says_something_is_left_out() -> None:
    """accounts.md 2.6: bad rows silently dropped (Expensify#94178)."""
    entries = read(f"\n;;\n{HEADER}\na;A;DDT\n\n;;\nb\nc;C;DDT;plus\nd;D;DDT;\n")
    assert [line.number for line in entries.lines] == [4, 7, 8, 9]
    assert against(entries) == [
        (7, "full_name", Reason.CELL_EMPTY),
        (7, "directorate", Reason.CELL_EMPTY),
        (8, "", Reason.TOO_MANY_CELLS),
    ]


def test_a_missing_optional_column_is_no_fault_and_an_unknown_one_is_named() -> None:
    """accounts.md 2.3: a column that vanished."""
    entries = read(f"{HEADER};téléphone\na;A;DDT;0612345678\n")
    assert entries.ignored == ("téléphone",) and entries.lines[0].entry.licence_recorded is None


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac_roman", "cp850"]
)
def test_letters_come_as_they_were_written(encoding: str) -> None:
    people = ["Héloïse Lefèvre", "François Müller", "Zoé", "Gaëlle Nuñez", "Jérôme Château"]
    lines = [f"p{i};{name};DDT" for i, name in enumerate(people)]
    text = "\r\n".join(["identifiant;nom prénom;direction", *lines]) + "\r\n"
    assert names(read(text.encode(encoding))) == people


@pytest.mark.parametrize(
    "name",
    ["Zoé", "Anaïs", "Jérôme", "Bœuf", "Nuñez", "Loïc", "Où", "Sœur", "Ö. Öz", "d’Été", "Léa – 2"],
)
def test_one_letter_of_windows_is_told_from_utf_8_and_from_dos(name: str) -> None:
    assert names(read(f"{HEADER}\na;{name};DDT".encode("cp1252"))) == [name]


def test_a_line_break_between_quotes_is_a_space_and_lines_keep_their_numbers() -> None:
    entries = read(f'{HEADER}\r\na;"Eva\r\nRoux ""dite"" E";DDT\r\nb;B;\r\n')
    assert entries.lines[0].entry.full_name == 'Eva Roux "dite" E'
    assert against(entries) == [(4, "directorate", Reason.CELL_EMPTY)]


def test_a_quote_without_end_is_told_where_it_begins() -> None:
    text = f'{HEADER}\na;A;DDT\nb;"B;DDT\n' + "c;C;DDT\n" * 9
    assert refused(text) == [("line 3", Reason.BAD_QUOTES)]


def test_headings_are_known_in_french_and_english_in_any_order() -> None:
    for header in ("Direction;Nom Complet;IDENTIFIANT", "directorate;Full name;LOGIN",
                   "service;nom et prenom;Identifiant"):  # fmt: skip
        (line,) = read(f"{header}\nDDT;Eva Roux;EVA\n").lines
        assert (line.entry.login, line.entry.directorate) == ("eva", "DDT")
    assert names(read("identifiant;nom;prénom;direction\na;Roux;Eva;DDT\n")) == ["Eva Roux"]


def test_a_header_that_lacks_or_repeats_a_column_names_it() -> None:
    assert refused("eva;Eva Roux;DDT\n") == [("line 1", Reason.COLUMN_MISSING)] * 3
    assert refused("identifiant\neva\n") == [("line 1", Reason.COLUMN_MISSING)] * 2
    assert refused(f"{HEADER};login\na;A;DDT;b\n") == [("line 1", Reason.COLUMN_TWICE)]


def test_the_same_person_twice_is_told_at_the_second_line() -> None:
    entries = read(f"{HEADER}\na;A;DDT\n A ;Autre;DDT\n")
    assert against(entries) == [(3, "login", Reason.SAME_AS)]
    assert entries.lines[1].refusals[0].values["first"] == "line 2"


BADGES = "numéro de badge;identifiant\n"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("1,2E+15", Reason.SPOILT_CELL),
        ("1.23E+07", Reason.SPOILT_CELL),
        ("4112233", Reason.SPOILT_CELL),  # 04112233 without its zero
        ("#N/A", Reason.SPOILT_CELL),
        ("04a1b2", Reason.NOT_A_UID),
        ("eva.roux", Reason.NOT_A_UID),
        ("01020304", Reason.PASSING_UID),
    ],
)
def test_a_badge_number_that_a_table_program_spoilt_is_told(number: str, reason: Reason) -> None:
    assert against(read(f"{BADGES}{number};eva\n", "badges")) == [(2, "uid", reason)]


def test_a_badge_number_may_have_signs_between_its_bytes() -> None:
    for number in (
        "04A1B2C3D4E5F6",
        "04:a1:b2:c3:d4:e5:f6",
        "04 A1 B2 C3 D4 E5 F6",
        "0x04a1b2c3d4e5f6",
    ):
        (line,) = read(f"{BADGES}{number};eva\n", "badges").lines
        assert line.entry.uid.hex() == "04a1b2c3d4e5f6" and line.entry.login == "eva"


def test_numbers_of_a_workbook_are_read_as_they_were_meant() -> None:
    rows = [["numéro de badge", "identifiant"], [12345678, "a"], [4112233, "b"], [1.2e15, "c"]]
    entries = read(workbook(rows), "badges")
    assert entries.lines[0].entry.uid.hex() == "12345678"
    assert against(entries) == [(3, "uid", Reason.SPOILT_CELL), (4, "uid", Reason.SPOILT_CELL)]
    padded = read(workbook([["uid", "agent"], [4112233, "b"]], A="00000000"), "badges")
    assert padded.lines[0].entry.uid.hex() == "04112233"
    shown_short = read(workbook([["uid", "agent"], [12345600, "b"]], A="0.00E+00"), "badges")
    assert against(shown_short) == [(2, "uid", Reason.SPOILT_CELL)]


def test_days_of_a_workbook_are_days() -> None:
    rows = [["identifiant", "nom", "direction", "depuis le", "actif"]]
    rows += [["a", "A", "DDT", datetime(2026, 1, 12), True], ["b", "B", "DDT", 46034, "non"]]
    entries = read(workbook(rows))
    assert [line.since for line in entries.lines] == [date(2026, 1, 12)] * 2
    assert [line.entry.active for line in entries.lines] == [True, False]


def test_the_first_sheet_that_has_lines_is_read() -> None:
    book = Workbook()
    second = book.create_sheet()
    for row in (["identifiant", "nom", "direction"], ["a", "A", "DDT"]):
        second.append(row)
    kept = io.BytesIO()
    book.save(kept)
    assert names(read(kept.getvalue())) == ["A"]


def packed(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
TYPES = "[Content_Types].xml"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa">]><a>&a;</a>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.TABLE_EMPTY),
        (b" \r\n\n", Reason.TABLE_EMPTY),
        (b";;\n;;\n", Reason.TABLE_EMPTY),
        (HEADER.encode(), Reason.HEADER_ONLY),
        (OLE + bytes(600), Reason.OLD_EXCEL),
        (OLE + "EncryptedPackage".encode("utf-16-le"), Reason.FILE_WITH_PASSWORD),
        (packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), Reason.OPEN_DOCUMENT),
        (packed(letter=b"no workbook"), Reason.NOT_A_TABLE),
        (packed(**{TYPES: b"<Types/>"}), Reason.NOT_A_TABLE),
        (packed(**{TYPES: ENTITIES}), Reason.NOT_A_TABLE),
        (packed(**{TYPES: b"", "bomb": bytes(65 << 20)}), Reason.TABLE_TOO_LARGE),
        (workbook([["identifiant"]])[:900], Reason.NOT_A_TABLE),
        (b"PK\x03\x04", Reason.NOT_A_TABLE),
        (b"\x00\x01\x02;\x00", Reason.NOT_A_TABLE),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Reason.NOT_A_TABLE),
        (b"\xff\xfea", Reason.NOT_A_TABLE),
        (b"a" * (MOST_BYTES + 1), Reason.TABLE_TOO_LARGE),
        (b"a;b\n" * (MOST_LINES * 2 + 1), Reason.TABLE_TOO_LARGE),
    ],
)  # fmt: skip
def test_what_is_no_table_says_what_it_is(content: bytes, reason: Reason) -> None:
    assert [each for _, each in refused(content)] == [reason]


def test_what_is_refused_may_be_shown_on_a_terminal_and_no_badge_s_number_is() -> None:
    entries = read(f"{HEADER};\x1b[2Jtitre\n\x1b[2Ja;A;DDT\n")
    assert entries.ignored == ("\ufffd[2Jtitre",) and entries.lines[0].name == "\ufffd[2Ja"
    assert against(entries) == [(2, "login", Reason.NOT_A_TEXT)]
    twice = read(f"{BADGES}04a1b2c3;a\n04A1B2C3;b\n", "badges")
    assert [line.name for line in twice.lines] == ["…b2c3", "…B2C3"]
    assert twice.lines[1].refusals[0].values["name"] == "…B2C3"


def test_ten_thousand_lines_are_read() -> None:
    lines = "".join(f"p{i};P {i};DDT\n" for i in range(10_000))
    assert len(read(f"{HEADER}\n{lines}").lines) == 10_000
