"""Long lists, page by page: how many stand on one, and where the next begins."""

import re

from aiohttp import web

PAGE_SIZE = 25
# How many short entries one answer to a program holds; the next ones follow `next_after`.
MANY = 50
_ID = re.compile(r"[0-9]{1,18}")


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
