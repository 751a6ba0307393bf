"""A server that speaks as Voiturier's does to flash.sh (flasher/server.py), on a socket of its own.

It knows one technician and two cars. What it heard, and what it is to answer, is there for a test.
"""

import asyncio
import secrets
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.flasher.identity import IDENTITY

LOGIN, PASSWORD, CODE = "lea.martin", "un mot de passe bien long", "492817"
PLATES = ("AB-123-CD", "EF-456-GH")
AT_S = 1_795_000_000
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """A server; use it as a context.

    Attributes:
        url: its address, while it is there.
        heard: (method, path, what its JSON held), in order.
        sessions: that are open.
        bound: plate -> MAC of its box.
        online: plates of boxes that were connected once.
        code: of the second step; "" for none.
        answers: path -> what is answered there instead.
        clock_off_s: by how much its clock differs from this computer's.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.url = ""
        self.heard: list[tuple[str, str, dict[str, Any]]] = []
        self.sessions: set[str] = set()
        self.bound: dict[str, str] = {}
        self.online: set[str] = set()
        self.code = ""
        self.answers: dict[str, web.Response] = {}
        self.clock_off_s = 0.0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Site":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def told(self, path: str) -> list[dict[str, Any]]:
        """What was posted to a path that ends so."""
        return [words for _, each, words in self.heard if each.endswith(path)]

    async def _start(self) -> None:
        app = web.Application(middlewares=[self._note])
        app.on_response_prepare.append(self._date)
        app.router.add_post("/api/session", self._sign_in)
        app.router.add_delete("/api/session", self._sign_out)
        app.router.add_post("/api/boxes", self._box)
        app.router.add_post("/api/boxes/{box_id}/{what}", self._tell)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"https://localhost:{port}" if self._tls else f"http://127.0.0.1:{port}"

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(time.time() + self.clock_off_s, usegmt=True)

    @web.middleware
    async def _note(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        words = await request.json() if request.can_read_body else {}
        self.heard.append((request.method, request.path, words))
        if (answer := self.answers.get(request.path)) is not None:
            return answer
        if request.path != "/api/session" and request.cookies.get("s") not in self.sessions:
            return web.json_response({"error": "sign_in"}, status=401)
        return await handler(request)

    async def _sign_in(self, request: web.Request) -> web.Response:
        words = await request.json()
        if (words["login"], words["password"]) != (LOGIN, PASSWORD):
            return web.json_response({"error": "no_match"}, status=401)
        if self.code and words.get("code") != self.code:
            error = "wrong_code" if "code" in words else "code_wanted"
            return web.json_response({"error": error}, status=401)
        answer = web.json_response({"name": "Léa Martin", "login": LOGIN})
        session = secrets.token_urlsafe(8)
        self.sessions.add(session)
        secure = self._tls is not None
        answer.set_cookie("s", session, httponly=True, secure=secure, samesite="Lax")
        return answer

    async def _sign_out(self, request: web.Request) -> web.Response:
        self.sessions.discard(request.cookies.get("s", ""))
        return web.Response(status=204)

    async def _box(self, request: web.Request) -> web.Response:
        words = await request.json()
        plate, mac = words["plate"], words["mac"]
        if plate not in PLATES:
            return web.json_response({"error": "unknown_vehicle"}, status=404)
        bound = self.bound.setdefault(plate, mac)
        if (bound != mac or plate in self.online) and not words.get("replace"):
            about = {"flashed_mac": bound, "flashed_at_s": AT_S, "flashed_by": "Paul Petit"}
            online = plate in self.online
            return web.json_response({"error": "box_exists", **about, "online": online}, status=409)
        self.bound[plate] = mac
        number = f"{PLATES.index(plate) + 1:016x}"
        return web.json_response(
            IDENTITY | {"box_id": number, "vehicle": plate, "board": words["board"]}, status=201
        )

    async def _tell(self, request: web.Request) -> web.Response:
        words = await request.json()
        if words["mac"] not in self.bound.values():
            return web.json_response({"error": "other_board"}, status=409)
        return web.Response(status=204)
