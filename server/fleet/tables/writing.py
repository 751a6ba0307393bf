"""Lines of texts into CSV as French table programs open it, or into XLSX.

No cell is a formula when the file is opened. Never here: what the lines say.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Literal, TextIO

from server.fleet.tables.cells import guarded

Format = Literal["csv", "xlsx"]
_WIDTH = 24  # letters of a column


def write_csv(lines: Iterable[Sequence[str]], into: TextIO) -> None:
    """Write lines, the header first, between semicolons; `into` gives the encoding and its mark."""
    writer = csv.writer(into, delimiter=";", lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in line] for line in lines)


def write_xlsx(lines: Iterable[Sequence[str]], into: BinaryIO) -> None:
    """Write lines, the header first, every cell a text: no table program makes a number of it."""
    from openpyxl import Workbook  # for which no command that writes none waits
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet()
    for number in range(26):
        page.column_dimensions[chr(ord("A") + number)].width = _WIDTH
    for line in lines:
        cells = [WriteOnlyCell(page, guarded(text)) for text in line]
        for cell in cells:
            cell.data_type = "s"
            cell.number_format = "@"
        page.append(cells)
    workbook.save(into)
