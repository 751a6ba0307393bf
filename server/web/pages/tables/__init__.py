"""The pages of tables: send one, read what it would change, take it in, take it back, get one.

Never here: what a line means (fleet/tables), who may (actions/imports.py).
"""

import asyncio
import io
from typing import BinaryIO, cast, get_args

from aiohttp import web
from aiohttp.web_request import FileField as SentFile
from multidict import MultiDict
from wtforms import FileField

from server.actions import Person
from server.actions import imports as acts
from server.app_keys import ACTIONS, CLOCK
from server.fleet.inputs import one_line
from server.fleet.model.people import Agent
from server.fleet.refusals import Kind as RefusalKind
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.tables.cells import printable
from server.fleet.tables.columns import KINDS, TABLES, Kind
from server.fleet.tables.sheet import MOST_BYTES
from server.fleet.tables.verdicts import Verdict, counts
from server.fleet.tables.writing import Format, write_csv, write_xlsx
from server.web.auth import manager_only
from server.web.forms import ChoiceField, PageForm, StalePage, form_of, sent_form
from server.web.i18n import N_, Words, words_of
from server.web.pages.tables.waiting import WAITING, Table
from server.web.paging import before_of
from server.web.refused import say
from server.web.render import STALE, flash, page

LIST = "/importer"
LINES = 200  # with a verdict on one page
_LETTERS = 100  # of a file's name
_MARGIN_BYTES = 1 << 16  # of a form around its file
_NAMES: dict[Kind, str] = {
    "people": N_("People"),
    "cars": N_("Cars"),
    "badges": N_("Badges"),
    "sites": N_("Sites"),
    "directorates": N_("Directorates"),
}
_OUTCOMES = {
    "refused": N_("cannot be"),
    "new": N_("new"),
    "changed": N_("changed"),
    "kept": N_("stays as people made it"),
    "same": N_("as before"),
}
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TableForm(PageForm):
    """What the table is of, and the file."""

    kind = ChoiceField(N_("What the table is of"), choices=list(_NAMES.items()))
    file = FileField(N_("File"))


@manager_only
async def show_form(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask for a table; show those that there can be, and what was taken in."""
    return await _form_page(request, agent, await form_of(TableForm, request))


async def _form_page(
    request: web.Request, agent: Agent, form: TableForm, status: int = 200
) -> web.Response:
    words = words_of(request)
    form.kind.choices = [(kind, words.say(name)) for kind, name in _NAMES.items()]
    recent = await acts.recent(Person(agent), request.app[ACTIONS])
    context = {"form": form, "recent": recent, "names": _NAMES, "tables": TABLES}
    return await page(request, "tables/list.html", status=status, **context)


@manager_only
async def send(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Look at a table that somebody sent; say at once why it cannot be read."""
    try:
        sent = await request.clone(client_max_size=MOST_BYTES + _MARGIN_BYTES).post()
    except web.HTTPRequestEntityTooLarge:
        form = await form_of(TableForm, request)
        form.file.errors = [N_("This file is too large.")]
        return await _form_page(request, agent, form, 413)
    except ValueError as error:
        raise web.HTTPBadRequest from error
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    form = await form_of(TableForm, request, MultiDict(texts))
    words, file = words_of(request), sent.get("file")
    if not form["csrf_token"].validate(form):
        await flash(request, "warning", words.say(STALE))
        return await _form_page(request, agent, form, StalePage.status_code)
    is_chosen = form.kind.validate(form)
    if not isinstance(file, SentFile) or not file.filename:
        form.file.errors = [N_("Choose a file.")]
    if not is_chosen or not isinstance(file, SentFile) or form.file.errors:
        return await _form_page(request, agent, form, 422)
    name = printable(str(one_line(file.filename)))[-_LETTERS:]
    table = acts.SentTable(form.kind.data, name, cast(BinaryIO, file.file))
    try:
        entries = await asyncio.to_thread(acts.read, Person(agent), table)
    except Refused as refused:
        if refused.first.reason.kind is RefusalKind.FORBIDDEN:
            raise
        form.file.errors = [_placed(each, words) for each in refused.refusals]
        return await _form_page(request, agent, form, 422)
    key, kept = request.app[WAITING].add(agent.agent_id, request.app[CLOCK].now_s())
    actions = request.app[ACTIONS]
    await kept.begin(lambda told: acts.check(Person(agent), entries, name, actions, told))
    raise web.HTTPSeeOther(f"{LIST}/{key}")


def _placed(refusal: Refusal, words: Words) -> str:
    said = say(refusal, words)
    line = refusal.field.removeprefix("line ")
    return words.say(N_("Line %(number)s: %(what)s"), number=line, what=said) if line else said


@manager_only
async def show_verdicts(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show how far it is; then what each line would change; then that it is taken in."""
    key, table = await _kept(request, agent)
    if table.is_busy or table.task is None:
        return await page(request, "tables/progress.html", table=table)
    if "HX-Request" in request.headers:
        return web.Response(headers={"HX-Refresh": "true"})
    words, actions, waiting = words_of(request), request.app[ACTIONS], request.app[WAITING]
    try:
        seen = table.task.result()
    except Refused as refused:
        if refused.first.reason is not Reason.IMPORT_CHANGED or table.seen is None:
            waiting.forget(key)
            raise
        await flash(request, "warning", say(refused.first, words))
        before = table.seen
        await table.begin(
            lambda told: acts.check(Person(agent), before.entries, before.file_name, actions, told)
        )
        raise web.HTTPSeeOther(request.path) from None
    if seen.import_id is not None:
        waiting.forget(key)
        many = counts(seen.verdicts)
        text = N_("Taken in: %(new)s new, %(changed)s changed.")
        await flash(request, "success", words.say(text, new=many["new"], changed=many["changed"]))
        raise web.HTTPSeeOther(LIST)
    table.seen = seen
    return await _verdicts_page(request, seen)


async def _verdicts_page(request: web.Request, seen: acts.Checked) -> web.Response:
    order = list(_OUTCOMES)
    verdicts = sorted(seen.verdicts, key=lambda each: order.index(each.outcome))
    first = before_of(request, "after") or 0
    shown = verdicts[first : first + LINES]
    is_more = first + LINES < len(verdicts)
    words = words_of(request)
    return await page(
        request,
        "tables/verdicts.html",
        form=await form_of(PageForm, request),
        seen=seen,
        name=_NAMES[seen.entries.kind],
        shown=[(verdict, _reasons(verdict, seen.entries.kind, words)) for verdict in shown],
        outcomes=_OUTCOMES,
        counts=counts(verdicts),
        following=f"{request.path}?after={first + LINES}" if is_more else None,
    )


def _reasons(verdict: Verdict, kind: Kind, words: Words) -> list[tuple[str, str]]:
    """Return of each refusal its column, and why."""
    headings = {column.word: column.heading for column in TABLES[kind].columns}
    reasons = []
    for refusal in verdict.refusals:
        said = say(refusal, words)
        if "known" in refusal.values:
            said += " " + words.say(N_("There are: %(known)s."), known=refusal.values["known"])
        reasons.append((headings.get(refusal.field, ""), said))
    return reasons


@manager_only
async def take_in(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take in what was read; a second click is the first."""
    await sent_form(PageForm, request)
    _, table = await _kept(request, agent)
    seen, actions = table.seen, request.app[ACTIONS]
    if seen is not None and not table.is_busy and seen.can_be_taken_in:
        await table.begin(lambda told: acts.take_in(Person(agent), seen, actions, told))
    raise web.HTTPSeeOther(request.path)


async def _kept(request: web.Request, agent: Agent) -> tuple[str, Table]:
    key, now_s = request.match_info["key"], request.app[CLOCK].now_s()
    table = request.app[WAITING].get(key, agent.agent_id, now_s)
    if table is None:
        text = N_("This table is not kept any more: it was taken in, or must be sent again.")
        await flash(request, "warning", words_of(request).say(text))
        raise web.HTTPSeeOther(LIST)
    return key, table


@manager_only
async def show_undo(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Ask whether to take an import back."""
    number = _one(request).import_id
    recent = await acts.recent(Person(agent), request.app[ACTIONS])
    one = next((each for each in recent if each.import_id == number), None)
    if one is None:
        raise web.HTTPNotFound
    form = await form_of(PageForm, request)
    return await page(request, "tables/undo.html", one=one, form=form, names=_NAMES)


@manager_only
async def undo(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Take an import back, or say why not."""
    await sent_form(PageForm, request)
    words = words_of(request)
    try:
        await acts.undo(Person(agent), _one(request), request.app[ACTIONS])
    except Refused as refused:
        if refused.first.reason.kind is not RefusalKind.CONFLICT:
            raise
        await flash(request, "warning", say(refused.first, words))
    else:
        await flash(request, "success", words.say(N_("The import is taken back.")))
    raise web.HTTPSeeOther(LIST)


@manager_only
async def give(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give out a table, or its columns alone."""
    kind, made, what = (request.match_info[word] for word in ("kind", "format", "what"))
    if what == "modele":
        lines = acts.template(Person(agent), kind)  # type: ignore[arg-type] # the route knows it
    else:
        lines = await acts.export(Person(agent), kind, request.app[ACTIONS])  # type: ignore[arg-type] # as above
    content = io.BytesIO()
    if made == "xlsx":
        await asyncio.to_thread(write_xlsx, lines, content)
    else:
        text = io.TextIOWrapper(content, "utf-8-sig", newline="", write_through=True)
        await asyncio.to_thread(write_csv, lines, text)
        text.detach()
    attached = f'attachment; filename="{kind}.{made}"'
    headers = {"Content-Disposition": attached, "Cache-Control": "no-store"}
    return web.Response(body=content.getvalue(), content_type=_TYPES[made], headers=headers)


def _one(request: web.Request) -> acts.OneImport:
    return acts.OneImport(import_id=int(request.match_info["id"]))


_GIVEN = (
    f"{{what:modele|export}}/{{kind:{'|'.join(KINDS)}}}.{{format:{'|'.join(get_args(Format))}}}"
)
ROUTES = (
    web.get(LIST, show_form),
    web.post(LIST, send),
    web.get(f"{LIST}/{_GIVEN}", give),
    web.get(f"{LIST}/{{id:[0-9]{{1,18}}}}/annuler", show_undo),
    web.post(f"{LIST}/{{id:[0-9]{{1,18}}}}/annuler", undo),
    web.get(f"{LIST}/{{key:[A-Za-z0-9_-]{{16}}}}", show_verdicts),
    web.post(f"{LIST}/{{key:[A-Za-z0-9_-]{{16}}}}", take_in),
)
