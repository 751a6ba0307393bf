"""What a page, or a program, is told when an action refuses: status, words, place.

Never here: when it does (actions/, fleet/).
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from wtforms import Form

from server.fleet.model.bookings import Booking
from server.fleet.refusals import N_, Kind, Refusal, Refused
from server.web.i18n import Words, words_of

_STATUS_OF_API: Mapping[Kind, int] = {
    Kind.WRONG: 400,
    Kind.CONFLICT: 409,
    Kind.NOT_FOUND: 404,
    Kind.FORBIDDEN: 403,
}
# A form that is shown again: 422 when it must be filled in differently.
STATUS_OF_PAGE: Mapping[Kind, int] = {**_STATUS_OF_API, Kind.WRONG: 422}
# What a program is told where the code of the reason would say too much or too little.
_ERRORS = {Kind.NOT_FOUND: "not_found", Kind.FORBIDDEN: "forbidden"}


def say(refusal: Refusal, words: Words) -> str:
    """Say why, in this person's language, and which of several weeks that is about."""
    said = words.say(refusal.reason.sentence, **refusal.values)
    if refusal.week is None:
        return said
    return f"{said} {words.window(refusal.week.from_s, refusal.week.to_s)}."


def say_each(refusal: Refusal, agent_id: int, words: Words) -> list[str]:
    """Say why; for a thing that is taken, of each booking in the way whose it is and when."""
    if not refusal.conflicts:
        return [say(refusal, words)]
    return [_say_taken(booking, agent_id, words) for booking in refusal.conflicts]


def refusal_as_json(request: web.Request, refused: Refused, **more: Any) -> web.Response:
    """Return {"error", "message", "field"} for the weightiest refusal, and whatever else helps."""
    refusal = refused.first
    kind = refusal.reason.kind
    body: dict[str, Any] = {
        "error": _ERRORS.get(kind, refusal.reason),
        "message": say(refusal, words_of(request)),
        "field": refusal.field or None,
    }
    return web.json_response(body | more, status=_STATUS_OF_API[kind])


def show_on(form: Form, refused: Refused, fields: Mapping[str, str], agent_id: int) -> int:
    """Put each refusal beside its field and return the page's status.

    Args:
        form: what was sent.
        refused: what the action said.
        fields: word of the request -> name of the form's field, where these differ.
        agent_id: who asked.
    """
    for refusal in refused.refusals:
        field = form[fields.get(refusal.field, refusal.field)]
        if field.errors and not refusal.conflicts:
            continue  # what was typed could not even be read, and the field says so
        field.errors = [*field.errors, *say_each(refusal, agent_id, form.meta.words)]
    kinds = {refusal.reason.kind for refusal in refused.refusals}
    return STATUS_OF_PAGE[Kind.WRONG if Kind.WRONG in kinds else refused.first.reason.kind]


def _say_taken(booking: Booking, agent_id: int, words: Words) -> str:
    mine = booking.agent_id == agent_id
    return words.say(
        N_("You have booked it already: %(when)s.") if mine else N_("Taken by %(who)s: %(when)s."),
        when=words.window(booking.starts_at_s, booking.ends_at_s),
        who=booking.directorate_code,
    )
