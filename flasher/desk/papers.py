"""What is left of a box on the technician's computer: its label, and the report of its bench test.

Both stand in the folder voiturier_boxes, where the command was typed. They hold no secret.
"""

import json
from pathlib import Path
from typing import Any

from flasher.bench_lines import Bench
from flasher.desk.terminal import say
from flasher.failures import FlashError
from flasher.failures.files import FileFailure
from flasher.label import label
from flasher.words import Words, why

FOLDER = "voiturier_boxes"


def put_label(box_id: str, plate: str, mac: str, site: str) -> None:
    """Write a box's label, as PNG and PDF; FlashError where that cannot be."""
    made = label(box_id, plate, mac, site)
    for ending, content in (("png", made.png), ("pdf", made.pdf)):
        path = _put(f"{_name(box_id, plate)}.{ending}", content)
    say(Words.LABEL.said(file=str(path)))


def put_report(
    box_id: str, plate: str, mac: str, version: str, at_s: int | None, bench: Bench, failure: str
) -> None:
    """Write what the bench test said; FlashError where that cannot be.

    Args:
        box_id: number of the box, in hex.
        plate: of its car.
        mac: of its board.
        version: of MicroPython.
        at_s: when it was written, Unix seconds; None: before, and nobody here knows with what.
        bench: what it said.
        failure: the name of what ended it, "" where it came to its end.
    """
    report: dict[str, Any] = {
        "box_id": box_id,
        "plate": plate,
        "mac": mac,
        **({} if at_s is None else {"micropython": version, "flashed_at_s": at_s}),
        **bench.cards._asdict(),
        "done": bench.is_done,
        "failure": failure,
        "lines": bench.as_json(),
    }
    content = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    say(Words.REPORT.said(file=str(_put(f"{_name(box_id, plate)}.json", content.encode()))))


def _name(box_id: str, plate: str) -> str:
    plainly = "".join(each for each in plate if each.isalnum() or each == "-")
    return f"{plainly}_{box_id}" if plainly else box_id


def _put(name: str, content: bytes) -> Path:
    path = Path(FOLDER) / name
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FlashError(FileFailure.NO_PAPERS, file=str(path), why=why(error)) from None
    return path
