"""`voiturier check`: whether a server may be put on the road as it is set up; a line each.

Ends with 0 when all is well, 1 when something is to be seen to, 2 when something fails. Never here:
what is looked at (server/checks/).
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from server.checks import Finding, Level
from server.clock import SystemClock
from server.commands.tools import CommandError, command, load_settings, mistakes_in_words
from server.commands.words import said
from server.fleet.accounts.emails import Email
from server.fleet.inputs import Input, judged
from server.fleet.refusals import Refused, in_english
from server.settings import SECRETS, SettingsError

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_CODES: dict[Level, int] = {"ok": 0, "warning": 1, "fails": 2}
_SIGNS: dict[Level, str] = {"ok": "ok", "warning": "warning", "fails": "fails"}
_THINGS = {
    "settings": "settings",
    "rights": "rights of files",
    "user": "user",
    "database": "database",
    "http": "port for browsers",
    "boxes": "port for boxes",
    "metrics": "port for metrics",
    "proxies": "proxies",
    "mail": "mail",
    "new_boxes": "new boxes",
    "clock": "clock",
    "disk": "disk",
    "backup": "backup",
    "descriptors": "descriptors",
}


class _To(Input):
    email: Email


def add_to(commands: "_SubParsersAction[ArgumentParser]", data: "ArgumentParser") -> None:
    """Add the command."""
    checking = command(
        commands, "check", run, "see whether all is set up as a server needs it", [data]
    )
    checking.add_argument(
        "--send-test", metavar="ADDRESS", help="also send a letter there; else nothing is sent"
    )
    checking.add_argument("--json", action="store_true", help="for programs; always in English")
    checking.epilog = (
        "One line each: ok, warning or fails, and what to do. It ends with 0 when all is ok, 1 when"
        " there is a warning, 2 when something fails. Run it as the server's user."
    )


async def run(arguments: argparse.Namespace) -> None:
    """Look, say what was found, and end with what it comes to."""
    from server.checks.everything import (
        findings,  # mail and ports, which no other command waits for
    )

    if arguments.send_test is not None:
        try:
            arguments.send_test = judged(_To, {"email": arguments.send_test}).email
        except Refused:
            raise CommandError(
                said("--send-test %(to)s is no mail address", to=arguments.send_test)
            ) from None
    found: list[Finding] = []
    try:
        config, file = load_settings(arguments.settings, arguments.data, SECRETS)
    except SettingsError as error:
        told = mistakes_in_words(error, in_english if arguments.json else said)
        found = [Finding("fails", "settings", "%(line)s", {"line": line}) for line in told]
        _show(found, arguments.json)
    else:
        text = "%(file)s can be read" if file else "no file: the defaults hold"
        found.append(Finding("ok", "settings", text, {"file": file}))
        if not arguments.json:
            _show(found, is_json=False)
        async for each in findings(config, file, arguments.send_test, SystemClock()):
            found.append(each)
            if not arguments.json:
                _show([each], is_json=False)
        if arguments.json:
            _show(found, is_json=True)
    sys.stdout.flush()
    sys.exit(max(_CODES[each.level] for each in found))


def _show(found: list[Finding], is_json: bool) -> None:
    if is_json:
        listed = [
            {"check": each.what, "level": each.level, "text": in_english(each.text, **each.values)}
            for each in found
        ]
        print(json.dumps({"checks": listed}, ensure_ascii=False))
        return
    for each in found:
        text = said(each.text, **each.values)
        print(f"{said(_SIGNS[each.level]):9} {said(_THINGS[each.what])}: {text}", flush=True)
