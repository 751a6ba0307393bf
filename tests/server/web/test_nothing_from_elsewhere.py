"""No page asks anything of anybody else: no map tile, font, script, picture or push (law 5)."""

import re
from html.parser import HTMLParser

from server.web.pages import ROUTES
from tests.server.roles.table import routes
from tests.server.web.sample import KARIM, MANAGER
from tests.support import ROOT

LOADS = ("src", "srcset", "poster", "data", "action", "formaction", "background", "style", "ping")
ELSEWHERE = re.compile(r"(?:^|[\s,(\"'])(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
STATIC = ROOT / "server" / "web" / "static"


class Named(HTMLParser):
    """The addresses that a browser asks by itself when it shows a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loads = [*LOADS, *(["href"] if tag in ("link", "use", "image", "base") else [])]
        self.found += [
            value
            for name, value in attrs
            if value and (name in loads or name.startswith(("hx-", "on")))
        ]


async def test_no_page_loads_anything_from_elsewhere(client, arrive, visitor):
    read = 0
    for person in (visitor, await arrive(KARIM), await arrive(MANAGER)):
        for route in routes(client.app):
            if route.method != "GET":
                continue
            answer = await person.client.get(route.at(1), allow_redirects=False)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "//" not in policy, route.path
            if answer.content_type == "text/html":
                named = Named(await answer.text()).found
                assert [each for each in named if ELSEWHERE.search(each)] == [], route.path
                read += bool(named)
    assert read > len(ROUTES) // 2, "pages were read, not refusals alone"


def test_no_style_sheet_loads_anything_from_elsewhere():
    sheets = [path for path in STATIC.rglob("*.css") if path.is_file()]
    assert sheets
    for path in sheets:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        named = re.findall(r"url\(([^)]*)\)|@import\s+([^;]+)", text)
        addresses = [one or other for one, other in named]
        asked = [each for each in addresses if not each.strip("\"' ").startswith("data:")]
        assert [each for each in asked if ELSEWHERE.search(each)] == [], path
