"""Holds SPEC.md to the code: its tables are compared, and they alone rebuild the vectors.

The small encoder below is written from SPEC.md with struct; it uses nothing of shared_protocol.
"""

import json
import re
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared_protocol import limits, messages, records

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "shared_protocol" / "SPEC.md").read_text()
VECTORS = Path(__file__).parent / "vectors"
TYPE_OF_LETTER = {
    "B": "u8", "H": "u16", "I": "u32", "i": "s32", "8": "bytes8",
    "a": "bytes16", "k": "bytes32", "b": "bytes", "t": "text",
}  # fmt: skip
STRUCT_OF_TYPE = {"u8": ">B", "u16": ">H", "u32": ">I", "s32": ">i"}

Rows = list[list[str]]


def tables() -> dict[str, Rows]:
    """Heading -> the rows of the last table beneath it, without head and rule."""
    found: dict[str, Rows] = {}
    for block in re.split(r"^##+ ", SPEC, flags=re.MULTILINE)[1:]:
        heading, _, text = block.partition("\n")
        lines = [line for line in text.splitlines() if line.startswith("|")]
        found[heading] = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    return found


def written(prefix: str) -> dict[str, list[tuple[str, str]]]:
    """`NUMBER NAME` after the prefix -> (field, type) as SPEC.md has them."""
    return {
        heading.removeprefix(prefix): [(row[0], row[1]) for row in rows]
        for heading, rows in tables().items()
        if re.match(prefix + r"[0-9A-Z]", heading)
    }


def fields(of: Any, layout: str) -> list[tuple[str, str]]:
    return list(zip(of._fields, [TYPE_OF_LETTER[letter] for letter in layout], strict=False))


def test_the_messages_are_those_of_the_table() -> None:
    coded = {}
    for number, (message, layout, item, _) in messages.TABLE.items():
        rows = fields(message, layout)
        if item is not None:
            rows.append((message._fields[-1], f"{item.__name__}[]"))
        assert len(rows) == len(message._fields)
        coded[f"{number:02x} {message.__name__}"] = rows
    assert written("0x") == coded


def test_the_items_of_lists_are_those_of_the_code() -> None:
    assert written("Item ") == {
        "CardKey": fields(messages.CardKey, messages.CARD_KEY_LAYOUT),
        "Grant": fields(messages.Grant, messages.GRANT_LAYOUT),
        "Record": fields(records.Record, messages.RECORD_LAYOUT),
    }


def test_the_record_kinds_are_those_of_the_table() -> None:
    coded = {}
    for kind, (body, layout) in records.KINDS.items():
        assert len(body._fields) == len(layout)
        coded[f"{kind} {body.__name__}"] = fields(body, layout)
    assert written("Record ") == coded


def public_numbers(module: ModuleType) -> dict[str, int]:
    return {
        name: value for name, value in vars(module).items() if name.isupper() and type(value) is int
    }


def test_the_codes_are_those_of_the_modules() -> None:
    in_spec = {name: int(value) for name, value, _ in tables()["Codes"]}
    coded = {f"messages.{name}": value for name, value in public_numbers(messages).items()}
    coded |= {f"records.{name}": value for name, value in public_numbers(records).items()}
    for name in public_numbers(limits):
        coded.pop(f"messages.{name}", None)
    del coded["messages.TO_BOX"], coded["records.NO_POSITION"]
    assert in_spec == coded


def test_the_bounds_are_those_of_limits() -> None:
    for name, value in tables()["Bounds"]:
        assert getattr(limits, name) == int(value), name


def test_every_reason_code_is_listed_with_its_blame() -> None:
    raised = {
        (code, blame.lower())
        for path in (ROOT / "shared_protocol").glob("*.py")
        for blame, code in re.findall(
            r'raise (Local|Remote)ProtocolError\("(\w+)"\)', path.read_text()
        )
    }
    assert raised == {(row[0], row[1]) for row in tables()["Reason codes"]}


def pack(kind: str, value: Any) -> bytes:
    """One field as SPEC.md's table of types says; bytes come as hex, items as lists."""
    if kind in STRUCT_OF_TYPE:
        return struct.pack(STRUCT_OF_TYPE[kind], value)
    if kind.endswith("[]"):
        item = written("Item ")[kind.removesuffix("[]")]
        return bytes([len(value)]) + b"".join(
            pack(item_kind, cell)
            for row in value
            for (_, item_kind), cell in zip(item, row, strict=True)
        )
    raw = value.encode() if kind == "text" else bytes.fromhex(value)
    return raw if kind in ("bytes8", "bytes16", "bytes32") else bytes([len(raw)]) + raw


@pytest.mark.parametrize(("file", "prefix"), [("messages.json", "0x"), ("records.json", "Record ")])
def test_the_vectors_follow_from_the_written_tables_alone(file: str, prefix: str) -> None:
    vectors = json.loads((VECTORS / file).read_text())
    seen = set()
    for vector in vectors:
        rows = written(prefix)[vector["name"]]
        data = b"".join(
            pack(kind, value) for (_, kind), value in zip(rows, vector["fields"], strict=True)
        )
        if prefix == "0x":
            data = bytes.fromhex(vector["name"][:2]) + data
        assert data.hex() == vector["hex"], vector["meaning"]
        seen.add(vector["name"])
    assert seen == set(written(prefix))
