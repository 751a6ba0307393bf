"""What a program's body asks for, read and judged. Never here: what becomes of it."""

from typing import Any, TypeVar

from aiohttp import web

from server.fleet.inputs import Input, judged
from server.fleet.json_sent import text as json_text
from server.fleet.refusals import Reason, Refusal, Refused

M = TypeVar("M", bound=Input)


async def asked_for(request: web.Request, model: type[M], **place: int | str) -> M:
    """Return what a body asks for; what it is about is in the address, and not in the body."""
    body = await _json_object(request)
    if twice := place.keys() & body.keys():
        raise Refused(*(Refusal(word, Reason.UNKNOWN_WORD) for word in twice))
    return judged(model, body | place)


async def _json_object(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    body, words = json_text.read(json_text.text_of(await request.read()))
    if words:
        raise Refused(*(Refusal(str(path[0]), reason) for path, reason in words))
    if not isinstance(body, dict):
        raise Refused(Refusal("", Reason.NOT_AN_OBJECT))
    return body
