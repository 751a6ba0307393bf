"""The page "what the system knows of me", and its copies to take along: JSON, or a CSV a table.

Never here: which rows and columns these are (store/known, fleet/privacy), the page of each thing.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence

from aiohttp import web

from server.actions import Person
from server.actions.privacy import corrections
from server.actions.privacy import own_data as acts
from server.app_keys import ACTIONS, CLOCK, CONFIG, STORE
from server.config import Retention
from server.fleet.model.people import Agent
from server.fleet.privacy.own_data import Known, Part, as_json
from server.fleet.privacy.registry import Kind, Until
from server.fleet.tables.writing import write_csv
from server.web.auth import signed_in
from server.web.i18n import N_, Words, words_of
from server.web.labels import ROLE_WORDS
from server.web.render import page

DATA = "/mes-donnees"
_NEWEST = 5
_AS_FILE = {"Cache-Control": "no-store"}


@signed_in
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is known of this person, kind by kind: what for, who reads it, until when."""
    actor, actions, words = Person(agent), request.app[ACTIONS], words_of(request)
    kept = request.app[CONFIG].retention
    return await page(
        request,
        "privacy/known.html",
        known=await acts.overview(actor, actions, _NEWEST),
        until_of=lambda kind: [until_in_words(until, kept, words) for until in kind.until],
        readers_of=lambda kind: _readers(kind, words),
        readings=await acts.readings(actor, actions),
        corrections=await corrections.own(actor, actions),
        noted=await request.app[STORE].notices.of(agent.agent_id),
    )


@signed_in
async def take_json(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Hand out all of it as one JSON file."""
    actions = request.app[ACTIONS]
    known = await acts.export(Person(agent), actions)
    content = as_json(known, actions.timezone, request.app[CLOCK].now_s())
    text = await asyncio.to_thread(json.dumps, content, ensure_ascii=False, indent=1)
    attached = f'attachment; filename="{_name(agent)}.json"'
    headers = _AS_FILE | {"Content-Disposition": attached}
    return web.Response(text=text, content_type="application/json", headers=headers)


@signed_in
async def take_csv(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Hand out all of it as a ZIP of CSV files, one a table."""
    known = await acts.export(Person(agent), request.app[ACTIONS])
    content = await asyncio.to_thread(_zipped, known)
    attached = f'attachment; filename="{_name(agent)}.zip"'
    headers = _AS_FILE | {"Content-Disposition": attached}
    return web.Response(body=content, content_type="application/zip", headers=headers)


def until_in_words(until: Until, kept: Retention, words: Words) -> str:
    """Say until when something is kept: so many days, since what."""
    since = words.say(until.since)
    if until.setting is None:
        return since
    return f"{days_in_words(getattr(kept, until.setting), words)} {since}"


def days_in_words(days: int, words: Words) -> str:
    """Say so many days; of what is years, the years."""
    years = round(days / 365.25)
    if years > 1 and abs(days - years * 365.25) < 1:
        return words.say(N_("%(years)s years"), years=years)
    return words.say(N_("%(days)s days"), days=days)


def _readers(kind: Kind, words: Words) -> str:
    """Name who else reads it; empty: nobody."""
    return ", ".join(words.say(ROLE_WORDS[role]) for role in kind.readers())


def _zipped(known: Sequence[Known]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in known:
            for part in each.parts:
                text = io.StringIO(newline="")
                write_csv(_lines(part), text)
                name = f"{each.kind.name}-{part.table}.csv"
                archive.writestr(name, text.getvalue().encode("utf-8-sig"))
    return content.getvalue()


def _lines(part: Part) -> Iterator[Sequence[str]]:
    """Yield the header, then a line for each row; a table with no row has no line at all."""
    for number, row in enumerate(part.rows):
        if number == 0:
            yield list(row)
        yield ["" if value is None else str(value) for value in row.values()]


def _name(agent: Agent) -> str:
    """Return what the file is called; a login may hold signs that a header may not."""
    return "voiturier-" + re.sub(r"[^A-Za-z0-9.]", "-", agent.login)


ROUTES = (
    web.get(DATA, show),
    web.get(f"{DATA}/copie.json", take_json),
    web.get(f"{DATA}/copie.zip", take_csv),
)
