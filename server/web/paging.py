"""Long lists, page by page: how many stand on one, and where the next begins."""

import re

from aiohttp import web

PAGE_SIZE = 25
# How many short entries one answer to a program holds; the next ones follow `next_after`.
MANY = 50
# A long trip has thousands of records: so many stand on a page, or in an answer.
RECORDS_PAGE_SIZE = 200
_ID = re.compile(r"[0-9]{1,18}")
_RECORD = re.compile(r"([0-9]{1,5})\.([0-9]{1,10})")


def before_of(request: web.Request, name: str = "before") -> int | None:
    """Return the id the page of a long list begins after: `before`, where the newest comes first.

    Raises:
        HTTPBadRequest: it is no id.
    """
    text = request.query.get(name)
    if text is None:
        return None
    if _ID.fullmatch(text) is None:
        raise web.HTTPBadRequest
    return int(text)


def record_before_of(request: web.Request) -> tuple[int, int] | None:
    """Return (epoch, seq) of the record before which a page of a trip's records ends.

    Raises:
        HTTPBadRequest: it is no record.
    """
    text = request.query.get("before")
    if text is None:
        return None
    found = _RECORD.fullmatch(text)
    if found is None:
        raise web.HTTPBadRequest
    return int(found[1]), int(found[2])
