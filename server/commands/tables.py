"""`voiturier import` and `voiturier export`: people, cars and badges as CSV and XLSX.

Never here: reading or writing a table (fleet/tables).
"""

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from server.actions import imports
from server.commands.tools import (
    OPERATOR,
    CommandError,
    command,
    data_option,
    existing_fleet,
)
from server.commands.words import Said, said, say
from server.fleet.fleet_file import in_words
from server.fleet.inputs import judged
from server.fleet.refusals import Refusal, Refused
from server.fleet.tables.columns import KINDS, TABLES, Kind
from server.fleet.tables.verdicts import Change, Outcome, Verdict, counts
from server.fleet.tables.writing import Format, write_csv, write_xlsx

_KINDS = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
_TOLD_EACH = 1_000  # lines
_WORDS: dict[Outcome, str] = {
    "new": "new",
    "changed": "changed",
    "kept": "left as people made it",
    "same": "as before",
    "refused": "refused",
}
ABOUT = """\
The first line names the columns; semicolons, commas or tabs stand between them. A line says what
holds for one of them; an empty cell says nothing, what the table leaves out stays, and nobody is
closed by it. All lines are taken in, or none. The same table again changes nothing, also where
people changed it since.
"""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add them."""
    data = data_option()
    importing = commands.add_parser("import", help=f"bring in {_KINDS} from a table")
    of_import = importing.add_subparsers(required=True, metavar="WHAT")
    for kind in KINDS:
        one = command(of_import, kind, _import, f"bring in {kind} from CSV or XLSX", [data])
        one.formatter_class = argparse.RawDescriptionHelpFormatter
        one.epilog = Said(f"{said('columns (* needed):')}\n{_columns(kind)}\n\n{said(ABOUT)}")
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument(
            "--dry-run", action="store_true", help="say what it would change, and change nothing"
        )
        one.add_argument(
            "--seen", metavar="MARK", help="take in only what the dry run with this mark has shown"
        )
        one.set_defaults(kind=kind)
    undoing = command(of_import, "undo", _undo, "take an import back, unless it was used", [data])
    undoing.add_argument("number", type=int, metavar="NUMBER", help="that the import was given")

    exporting = command(commands, "export", _export, f"write {_KINDS} as a table", [data])
    exporting.add_argument("kind", choices=KINDS)
    exporting.add_argument("--format", choices=get_args(Format), default="csv")
    exporting.add_argument(
        "--template", action="store_true", help="the columns alone, to be filled in"
    )
    exporting.epilog = (
        "It goes to the standard output. Whoever has the numbers of badges can copy the cards."
    )


def _columns(kind: Kind) -> str:
    return "\n".join(
        f"  {column.heading}{' *' if column.is_needed else ''}"
        f" ({', '.join(dict.fromkeys((column.word, *column.also)))})"
        for column in TABLES[kind].columns
    )


async def _import(arguments: argparse.Namespace) -> None:
    path: Path = arguments.file
    try:
        with path.open("rb") as file:
            entries = imports.read(OPERATOR, imports.SentTable(arguments.kind, path.name, file))
    except OSError as error:
        raise CommandError(
            said("cannot read %(file)s: %(why)s", file=path, why=error.strerror)
        ) from None
    except Refused as refused:
        raise _all_of(path, refused.refusals) from None
    for heading in entries.ignored:
        say("not read: the column %(heading)s", heading=heading)
    async with existing_fleet(arguments.data) as actions:
        seen = await imports.check(OPERATOR, entries, path.name, actions, _say_how_far)
        for verdict in seen.verdicts:
            _say_verdict(verdict)
        if not seen.can_be_taken_in:
            raise _all_of(path, _placed(seen.verdicts))
        if arguments.seen is not None:
            seen.require(arguments.seen)
        if not arguments.dry_run:
            seen = await imports.take_in(OPERATOR, seen, actions, _say_how_far)
    many = counts(seen.verdicts)
    told = ", ".join(
        f"{many[outcome]} {said(word)}" for outcome, word in _WORDS.items() if many[outcome]
    )
    if seen.import_id is None:
        say(
            "%(counts)s; nothing is taken in yet; to take in just this: --seen %(mark)s",
            counts=told,
            mark=seen.mark,
        )
    else:
        say(
            "%(counts)s; to take it back: `voiturier import undo %(number)s`",
            counts=told,
            number=seen.import_id,
        )


async def _undo(arguments: argparse.Namespace) -> None:
    one = judged(imports.OneImport, {"import_id": arguments.number})
    async with existing_fleet(arguments.data) as actions:
        await imports.undo(OPERATOR, one, actions)
    say("import %(number)s is taken back", number=arguments.number)


async def _export(arguments: argparse.Namespace) -> None:
    lines: list[Sequence[str]]
    if arguments.template:
        lines = imports.template(OPERATOR, arguments.kind)
    else:
        async with existing_fleet(arguments.data) as actions:
            lines = await imports.export(OPERATOR, arguments.kind, actions)
    out = sys.stdout.buffer
    if arguments.format == "xlsx":
        write_xlsx(lines, out)
    else:
        text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
        write_csv(lines, text)
        text.detach()


def _say_how_far(done: int, of: int) -> None:
    if done and done % _TOLD_EACH == 0:
        print(said("%(done)s of %(all)s lines", done=done, all=of), file=sys.stderr)


def _say_verdict(verdict: Verdict) -> None:
    if verdict.outcome in ("same", "refused"):
        return
    changes = "; ".join(f"{each.heading}: {_said(verdict, each)}" for each in verdict.changes)
    line = said("line %(line)s", line=verdict.number)
    print(f"{line}: {verdict.name}: {said(_WORDS[verdict.outcome])}  {changes}".rstrip())


def _said(verdict: Verdict, change: Change) -> str:
    match verdict.outcome:
        case "new":
            return change.after
        case "changed":
            return f"{change.before or '-'} -> {change.after or '-'}"
    return said("%(before)s, not %(after)s", before=change.before, after=change.after or "-")


def _placed(verdicts: Sequence[Verdict]) -> list[Refusal]:
    return [
        replace(
            refusal,
            field=f"{said('line %(line)s', line=verdict.number)}, {refusal.field or verdict.name}",
        )
        for verdict in verdicts
        for refusal in verdict.refusals
    ]


def _all_of(path: Path, refusals: Sequence[Refusal]) -> CommandError:
    lines = [
        f"{path}: {in_words(each, said)}" if each.field else f"{path}: {each.in_words(said)}"
        for each in refusals
    ]
    return CommandError("\nvoiturier: ".join(lines))
