"""What the forms of the pool share: numbers as people type them, refusals of the whole.

Never here: a field of one form alone.
"""

from collections.abc import Mapping
from typing import TypeVar

from aiohttp import web
from wtforms import StringField

from server.fleet.inputs import one_line
from server.fleet.refusals import Kind, Refused
from server.web.forms import PageForm
from server.web.i18n import words_of
from server.web.refused import STATUS_OF_PAGE, say, show_on
from server.web.render import flash

T = TypeVar("T")


class SeenForm(PageForm):
    """A form that carries how the thing stood when it was shown (fleet/pool `stamp`)."""

    seen = StringField(filters=[one_line])


def chosen_id(text: object) -> int:
    """Return the number that a list offers, one that nothing has where it is none."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 18 else 0


def whole(text: object) -> object:
    """Read a whole number, or None for nothing; what is none stays, to be judged."""
    digits = "".join(str(text or "").split())
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 18
    return int(digits) if is_number else digits or None


def decimal(text: object) -> object:
    """Read a number with a comma or a point, or None for nothing; what is none stays."""
    typed = "".join(str(text or "").split()).replace(",", ".").replace("−", "-")
    try:
        return float(typed) if typed else None
    except ValueError:
        return typed


async def show_refused(
    request: web.Request,
    form: PageForm,
    refused: Refused,
    fields: Mapping[str, str],
    agent_id: int,
) -> int:
    """Put each refusal beside its field, those of the whole above the form; return the status."""
    of_fields = [refusal for refusal in refused.refusals if refusal.field]
    of_all = [refusal for refusal in refused.refusals if not refusal.field]
    for refusal in of_all:
        if refusal.reason.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN):
            raise refused
        await flash(request, "warning", say(refusal, words_of(request)))
    if of_fields:
        return show_on(form, Refused(*of_fields), fields, agent_id)
    return STATUS_OF_PAGE[of_all[0].reason.kind]
