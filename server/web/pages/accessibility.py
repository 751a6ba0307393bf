"""The page "accessibility": what an audit found, whom to tell of a fault, where to complain.

The short form of docs/accessibility/declaration.fr.md, as law 2005-102, article 47, asks. Never
here: the state itself, which the operator sets after an audit (`about.accessibility`).
"""

from aiohttp import web

from server.web.auth import anybody
from server.web.render import page

ACCESSIBILITY = "/accessibilite"


@anybody
async def show(request: web.Request) -> web.StreamResponse:
    """Show the statement; it needs no account."""
    return await page(request, "accessibility.html")


ROUTES = (web.get(ACCESSIBILITY, show),)
