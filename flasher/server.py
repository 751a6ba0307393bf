"""The server, as flash.sh asks it: a session, a box for a car, what became of its board.

Speaks HTTPS by the standard library, which names what is wrong with a certificate. A password, a
code and an identity are in memory only; nothing is shown, nothing asked of the technician.
"""

import contextlib
import http.client
import json
import re
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from flasher.failures import FlashError
from flasher.failures.server import ServerFailure
from flasher.identity import identity_in
from flasher.words import Words, day, why

_TIMEOUT_S = 20.0
_MOST_BYTES = 1 << 16  # of an answer
_MOST_URL = 120  # so that the label's code stays coarse enough to be read
_CLOCKS_APART_S = 600
_THIS_COMPUTER = ("127.0.0.1", "localhost")
_WORD = re.compile(r"[a-z_]{1,40}")
# What OpenSSL calls them: X509_V_ERR_CERT_HAS_EXPIRED, and so on.
_OF_CERTIFICATES = {
    9: ServerFailure.CERT_NOT_YET,
    10: ServerFailure.CERT_EXPIRED,
    62: ServerFailure.CERT_OTHER_NAME,
    64: ServerFailure.CERT_OTHER_NAME,
}


class Answer(NamedTuple):
    """What the server said: its status, and what its JSON holds, {} without one."""

    status: int
    words: dict[str, Any]

    @property
    def error(self) -> str:
        """The word for what it refuses; "" where it says none."""
        error = self.words.get("error")
        return error if isinstance(error, str) and _WORD.fullmatch(error) else ""


class CodeWantedError(Exception):
    """The login and its password are right, and a second step is to be done."""


class Server:
    """A server, spoken to; use it as a context: at its end the session ends.

    Attributes:
        url: its address, without a slash at its end.

    Args:
        url: as the browser shows it.
        ca: a file with the certificate of the authority to trust, PEM; None: those of the computer.
        clock_s: this computer's clock, Unix seconds.

    Raises:
        FlashError: the address or the file is none.
    """

    def __init__(self, url: str, ca: Path | None, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self.url = url.rstrip("/")
        try:
            parts = urlsplit(self.url)
            self._host = parts.hostname or ""
            is_right = parts.port != 0 and _is_address(parts.scheme, self._host)
        except ValueError:  # of the port
            is_right = False
        is_right = is_right and not (parts.query or parts.fragment or "@" in parts.netloc)
        if not is_right or len(self.url) > _MOST_URL:
            shown = _plainly(url.rpartition("@")[2])  # a password may stand before that
            raise FlashError(ServerFailure.BAD_URL, url=shown)
        try:
            trusted = ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise FlashError(ServerFailure.NO_CA, file=str(ca), why=_why(error)) from None
        self._session = CookieJar()
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.HTTPSHandler(context=trusted),
            urllib.request.HTTPCookieProcessor(self._session),
            _Straight(),
        ]
        if parts.scheme == "http":  # a proxy would read the password
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)
        self._opener.addheaders = []

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.sign_out()

    def sign_in(self, login: str, password: str, code: str | None = None) -> str:
        """Begin a session; return the name of whose it is.

        Args:
            login: of the account.
            password: of it.
            code: of the second step; None: not asked for yet.

        Raises:
            CodeWantedError: it is.
            FlashError: the server cannot be spoken to, or lets nobody in so.
        """
        words = {"login": login, "password": password}
        answer = self._ask("POST", "/api/session", words | ({"code": code} if code else {}))
        if answer.status == http.client.OK:
            return _plainly(answer.words.get("name")) or login
        if answer.error == "code_wanted":
            raise CodeWantedError
        failures = {
            "no_match": ServerFailure.WRONG_LOGIN,
            "wrong_code": ServerFailure.WRONG_CODE,
            "second_factor_missing": ServerFailure.NO_SECOND_FACTOR,
        }
        if answer.error in failures:
            raise FlashError(failures[answer.error])
        raise self._refused(answer)

    def sign_out(self) -> None:
        """End the session, if one was begun; where the server is not reached it ends by itself."""
        if len(self._session):
            with contextlib.suppress(FlashError):
                self._ask("DELETE", "/api/session")
            self._session.clear()

    def box(self, plate: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the identity of a new box, or again that of one which was never connected.

        Args:
            plate: of its car.
            wanted: board, mac, and what else POST /api/boxes takes.

        Raises:
            FlashError: there is none for that car and that board.
        """
        answer = self._ask("POST", "/api/boxes", {"plate": plate, **wanted})
        if answer.status in (http.client.OK, http.client.CREATED):
            return identity_in(json.dumps(answer.words).encode(), self._host)
        if answer.error == "box_exists":
            raise FlashError(ServerFailure.CAR_HAS_BOX, plate=plate, about=_about(answer.words))
        if answer.error == "no_box_address":
            raise FlashError(ServerFailure.NO_BOX_ADDRESS)
        if answer.status == http.client.FORBIDDEN:
            raise FlashError(ServerFailure.NOT_ALLOWED, plate=plate)
        if answer.error == "unknown_vehicle":
            raise FlashError(ServerFailure.NO_SUCH_CAR, plate=plate)
        raise self._refused(answer)

    def flashed(self, box_id: str, words: Mapping[str, str]) -> None:
        """Tell that a board is the box, written and verified; again when more is known of it.

        Args:
            box_id: number of the box, in hex.
            words: mac and micropython, and iccid and imei once they are known.

        Raises:
            FlashError: it could not be told.
        """
        self._tell(box_id, "flashed", words)

    def bench(
        self, box_id: str, mac: str, lines: Sequence[Mapping[str, str]], is_done: bool
    ) -> None:
        """Tell what the bench test has said until now.

        Args:
            box_id: number of the box, in hex.
            mac: of its board.
            lines: check, outcome, and failure and value where there is one.
            is_done: it has ended.

        Raises:
            FlashError: it could not be told.
        """
        words = {"mac": mac, "lines": [dict(line) for line in lines], "done": is_done}
        self._tell(box_id, "bench", words)

    def _tell(self, box_id: str, what: str, words: Mapping[str, Any]) -> None:
        answer = self._ask("POST", f"/api/boxes/{box_id}/{what}", words)
        if answer.status in (http.client.CONFLICT, http.client.NOT_FOUND):  # replaced, or retired
            raise FlashError(ServerFailure.OTHER_BOX, box=box_id)
        if answer.status != http.client.NO_CONTENT:
            raise self._refused(answer)

    def _ask(self, method: str, path: str, words: Mapping[str, Any] | None = None) -> Answer:
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Accept", "application/json")
        request.add_header("User-Agent", "voiturier-flash")
        if words is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(words).encode()
        try:
            try:
                with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                    content, headers = response.read(_MOST_BYTES), response.headers
                    status = response.status
            except HTTPError as refused:  # an answer like any other
                with refused:
                    content, headers, status = (
                        refused.read(_MOST_BYTES),
                        refused.headers,
                        refused.code,
                    )
        except (OSError, http.client.HTTPException) as error:
            cause = error.reason if isinstance(error, URLError) else error
            raise self._unreached(cause) from None
        self._require_clock(headers.get("Date"))
        try:
            found = json.loads(content) if content else {}
        except (ValueError, RecursionError):
            found = None
        if status >= http.client.INTERNAL_SERVER_ERROR:
            raise FlashError(ServerFailure.SERVER_TROUBLE, status=str(status))
        if not isinstance(found, dict):
            raise FlashError(ServerFailure.NOT_VOITURIER, host=self._host, status=str(status))
        return Answer(status, found)

    def _unreached(self, cause: object) -> FlashError:
        """Return what is wrong on the way, by name."""
        words = {"host": self._host, "why": _why(cause)}
        if isinstance(cause, ssl.SSLCertVerificationError):
            failure = _OF_CERTIFICATES.get(cause.verify_code, ServerFailure.CERT_UNTRUSTED)
            return FlashError(failure, **words, now=day(int(self._clock_s())))
        if isinstance(cause, ssl.SSLError):
            return FlashError(ServerFailure.NOT_TLS, **words)
        if isinstance(cause, socket.gaierror):
            return FlashError(ServerFailure.UNKNOWN_HOST, **words)
        return FlashError(ServerFailure.NO_SERVER, **words)

    def _require_clock(self, date: str | None) -> None:
        """Raise FlashError when this computer's clock and the server's are far apart."""
        try:
            servers = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, TypeError, OverflowError):
            return  # it says none: nothing is known against this one
        now_s = self._clock_s()
        if abs(now_s - servers) > _CLOCKS_APART_S:
            now, then = (
                time.strftime("%Y-%m-%d %H:%M", time.gmtime(each)) for each in (now_s, servers)
            )
            raise FlashError(ServerFailure.CLOCK_OFF, now=now, servers=then)

    def _refused(self, answer: Answer) -> FlashError:
        if answer.error == "too_many_tries":
            wait_s = answer.words.get("wait_s")
            return FlashError(
                ServerFailure.TOO_MANY_TRIES, wait_s=str(wait_s) if type(wait_s) is int else "60"
            )
        if answer.status == http.client.UNAUTHORIZED:
            return FlashError(ServerFailure.SIGNED_OUT)
        status = str(answer.status)
        if not answer.error:
            return FlashError(ServerFailure.NOT_VOITURIER, host=self._host, status=status)
        return FlashError(ServerFailure.SERVER_REFUSED, error=answer.error, status=status)


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: what is sent is for the server that was named."""

    def redirect_request(self, *_: Any) -> None:
        """Let it be an answer."""


def _is_address(scheme: str, host: str) -> bool:
    return bool(host) and (scheme == "https" or (scheme == "http" and host in _THIS_COMPUTER))


def _about(words: Mapping[str, Any]) -> str:
    """Return what the server says of the box that a car has, for people."""
    mac, at_s, who = (words.get(name) for name in ("flashed_mac", "flashed_at_s", "flashed_by"))
    said = []
    if mac := _plainly(mac):
        said.append(Words.ON_BOARD.said(mac=mac))
    if type(at_s) is int and 0 <= at_s < 1 << 33:
        said.append(Words.FLASHED_ON.said(when=day(at_s)))
    if who := _plainly(who):
        said.append(Words.FLASHED_BY.said(who=who))
    said.append((Words.ONLINE if words.get("online") is True else Words.NOT_ONLINE).said())
    return ", ".join(said)


def _plainly(value: object) -> str:
    """Return a text of the server's as it may be shown on a terminal."""
    return "".join(filter(str.isprintable, value))[:60] if isinstance(value, str) else ""


def _why(cause: object) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError):
        return cause.reason or type(cause).__name__
    if isinstance(cause, TimeoutError):
        return Words.TIMED_OUT.said()
    if isinstance(cause, OSError) and cause.errno:
        return why(cause)
    return _plainly(str(cause)) or type(cause).__name__
