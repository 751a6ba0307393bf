"""The page "audit": who did what, and who read whose places; the same as a file.

To look at it is an act and leaves an entry. Never here: what an entry says (fleet/audit).
"""

import io

from aiohttp import web
from wtforms import Form, StringField, ValidationError

from server.actions import Person
from server.actions import audit as acts
from server.app_keys import ACTIONS, STORE
from server.fleet.audit import Act
from server.fleet.audit.lines import COLUMNS, line_of
from server.fleet.inputs import one_line
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.fleet.tables.writing import write_csv
from server.store.audit import Sought
from server.web.auth import allowed
from server.web.forms import ChoiceField, LocalDateField
from server.web.i18n import N_, words_of
from server.web.localtime import next_day_s
from server.web.pages.audit.words import ACTS, THINGS
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import page

LIST = "/audit"


class AuditFilter(Form):
    """Whose acts, which, from which day to which; every field may be empty."""

    login = StringField(N_("Login"), default="", filters=[one_line])
    act = ChoiceField(N_("Act"), default="")
    since = LocalDateField(N_("From"))
    until = LocalDateField(N_("Until"))

    def validate_until(self, field: LocalDateField) -> None:
        """Refuse an end before the beginning."""
        if field.data is not None and self.since.data is not None and field.data < self.since.data:
            raise ValidationError(self.meta.words.say(N_("This day comes before the first one.")))


@allowed(Right.SEE_AUDIT)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show entries, the newest first."""
    form, sought = await _asked(request)
    entries, before = None, before_of(request)
    if sought is not None:
        actions = request.app[ACTIONS]
        entries = await acts.page(Person(agent), sought, actions, PAGE_SIZE, before)
    older = None
    if entries and len(entries) == PAGE_SIZE:
        older = request.rel_url.update_query(before=str(entries[-1].entry.audit_id))
    return await page(
        request,
        "audit/list.html",
        status=200 if sought else 422,
        form=form,
        entries=entries,
        older=older,
        export=request.rel_url.with_path(f"{LIST}.csv").with_query(
            {name: value for name, value in request.query.items() if name != "before"}
        ),
        filtered=any(request.query.values()),
        acts=ACTS,
        things=THINGS,
    )


@allowed(Right.SEE_AUDIT)
async def export(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Give out all entries that match, as a file that says what each hash is over."""
    _, sought = await _asked(request)
    if sought is None:
        raise web.HTTPBadRequest
    words = words_of(request)
    parts = await acts.export(Person(agent), sought, request.app[ACTIONS])
    answer = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="audit.csv"',
            "Cache-Control": "no-store",
        }
    )
    await answer.prepare(request)
    await answer.write(b"\xef\xbb\xbf" + _csv([(*COLUMNS, "act_words")]))
    async for listed in parts:
        await answer.write(
            _csv(
                [
                    (
                        *line_of(each.entry, each.hash, each.agent_name),
                        words.say(ACTS[Act(each.entry.act)]),
                    )
                    for each in listed
                ]
            )
        )
    await answer.write_eof()
    return answer


def _csv(lines: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(lines, text)
    return text.getvalue().encode()


async def _asked(request: web.Request) -> tuple[AuditFilter, Sought | None]:
    """Return the filter of the address, and what it asks for; None: it cannot be read."""
    words = words_of(request)
    form = AuditFilter(request.query, meta={"words": words})
    named = sorted((words.say(text), act.value) for act, text in ACTS.items())
    form.act.choices = [("", words.say(N_("All acts"))), *((act, text) for text, act in named)]
    is_valid, person = form.validate(), None
    if form.login.data:
        person = await request.app[STORE].agents.by_login(form.login.data)
        if person is None:
            form.login.errors = [words.say(N_("There is nobody with this login."))]
            is_valid = False
    if not is_valid:
        return form, None
    until_s = form.until.data
    return form, Sought(
        None if person is None else person.agent_id,
        Act(form.act.data) if form.act.data else None,
        form.since.data,
        None if until_s is None else next_day_s(until_s, words.timezone),
    )


ROUTES = (web.get(LIST, show_list), web.get(f"{LIST}.csv", export))
