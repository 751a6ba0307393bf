"""A person at the site, without a browser: cookies kept, forms sent with their token."""

import json
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any


class Person:
    """Signed in at `base` (http://host:port); waits so long for an answer."""

    def __init__(self, base: str, login: str, password: str, timeout_s: float = 10) -> None:
        self._base = base
        self._timeout_s = timeout_s
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page("/connexion"))
        assert token
        form = {"login": login, "password": password, "csrf_token": token[1]}
        self.page("/connexion", data=urllib.parse.urlencode(form).encode())

    def api(self, path: str, method: str = "GET", body: object = None) -> Any:
        """What the JSON API answers; an HTTP error raises."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self.page("/api/" + path, data, method, "application/json"))

    def page(
        self,
        path: str,
        data: bytes | None = None,
        method: str | None = None,
        kind: str = "application/x-www-form-urlencoded",
    ) -> str:
        """The text of a page; an HTTP error raises."""
        request = urllib.request.Request(self._base + path, data, method=method)
        request.add_header("Origin", self._base)
        request.add_header("Content-Type", kind)
        with self._opener.open(request, timeout=self._timeout_s) as answer:
            text: str = answer.read().decode()
        return text
