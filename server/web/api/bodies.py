"""What a program's body asks for, read and judged. Never here: what becomes of it."""

import json
from collections import Counter
from typing import Any, TypeVar

from aiohttp import web

from server.fleet.inputs import Input, judged
from server.fleet.refusals import Reason, Refusal, Refused

M = TypeVar("M", bound=Input)


async def asked_for(request: web.Request, model: type[M], **place: int) -> M:
    """Return what a body asks for; what it is about is in the address, and not in the body."""
    body = await _json_object(request)
    if twice := place.keys() & body.keys():
        raise Refused(*(Refusal(word, Reason.UNKNOWN_WORD) for word in twice))
    return judged(model, body | place)


async def _json_object(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.read(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose words stand in it once: of two, nobody knows which was meant."""
    read = dict(members)
    if len(read) < len(members):
        (twice, _), *_ = Counter(word for word, _ in members).most_common(1)
        raise Refused(Refusal(twice, Reason.WORD_TWICE))
    return read
