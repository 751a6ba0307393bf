"""The typed keys under which the application keeps its parts; app.py builds them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiohttp import web

from server.actions import Actions
from server.alerts import Watch
from server.clock import Clock
from server.config import Config
from server.fleet.alerts import Chore
from server.fleet.model.people import Agent
from server.health import Readiness
from server.store import Store


class BoxCounts(NamedTuple):
    """How the boxes' port has fared since the start.

    `committed` are records, one told again counting again; `turned_away` connections that ended
    before it was known who they are, by the reason's code.
    """

    connected: int
    committed: int
    turned_away: Mapping[str, int]


STORE = web.AppKey("STORE", Store)
CLOCK = web.AppKey("CLOCK", Clock)
CONFIG = web.AppKey("CONFIG", Config)
ACTIONS = web.AppKey("ACTIONS", Actions)
# The person signed in, put there by web/auth.py.
AGENT = web.RequestKey("AGENT", Agent)
# notify(box_id) wakes that box's connection after its bookings changed; notify(None) wakes all.
NOTIFY: web.AppKey[Callable[[int | None], None]] = web.AppKey("NOTIFY")
# Whether the server doubts its own clock, and tells no box the time.
DOUBTS_TIME: web.AppKey[Callable[[], bool]] = web.AppKey("DOUBTS_TIME")
# Whether the server can do what the boxes need.
READINESS = web.AppKey("READINESS", Readiness)
# What is wrong with the server and its fleet.
WATCH = web.AppKey("WATCH", Watch)
# How the boxes' port has fared, for whoever watches.
BOX_COUNTS: web.AppKey[Callable[[], BoxCounts]] = web.AppKey("BOX_COUNTS")
# How the last purge went; None before the first.
PURGED: web.AppKey[Callable[[], Chore | None]] = web.AppKey("PURGED")
