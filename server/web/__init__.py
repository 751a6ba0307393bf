"""The pages and the JSON API: `setup(app)` reads as a table of contents.

Expects STORE, CLOCK, CONFIG and ACTIONS in the application. Never here: SQL, sockets, rules.
"""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from server.app_keys import CONFIG
from server.config import Config
from server.web import api, auth, pages, render, security
from server.web.drafts import DRAFTS, Drafts
from server.web.guesses import GUESSES, Guesses
from server.web.i18n import WORDS, load_words
from server.web.letters import Letters
from server.web.operation import health
from server.web.pages.signing_in import links
from server.web.pages.tables.waiting import waiting

__all__ = ["post_of", "setup"]

_STATIC = Path(__file__).parent / "static"


def post_of(config: Config, wake: Callable[[], None]) -> Letters | None:
    """Return who writes the letters; None where mail is not set up."""
    if config.mail is None:
        return None
    return Letters(config.mail.site, load_words(config.timezone), wake)


def setup(app: web.Application) -> None:
    """Add every page to the application."""
    app[WORDS] = load_words(app[CONFIG].timezone)
    app[GUESSES] = Guesses()
    app[DRAFTS] = Drafts()
    app.cleanup_ctx.append(waiting)
    links.setup(app)
    render.setup(app)
    session = security.setup(app)
    # Outermost first: an error page, too, needs the session.
    app.middlewares.extend((session, render.error_pages, security.same_origin, auth.load_agent))
    app.add_routes(pages.ROUTES)
    app.add_routes(api.ROUTES)
    app.add_routes(health.ROUTES)
    app.router.add_post("/langue", auth.anybody(render.choose_language))
    app.router.add_static("/static", _STATIC)
