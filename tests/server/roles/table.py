"""Who may do what, as the routes and the actions themselves declare it; written as docs/roles.md.

A route is declared by web/auth.py, an action by its first statement. Never here: whether they keep
to it (test_walk.py).
"""

import ast
import importlib
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

import server.actions
from server.app import init_app
from server.config import Address, Config
from server.fleet.roles import RIGHTS, Right, Role
from server.web.auth import opens_to
from tests.server.web.sample import StillClock
from tests.support import ROOT

TABLE = ROOT / "docs" / "roles.md"
COMMAND = "python -m tests.server.roles"
OWN = "nothing for what is one's own, for others' a right to see it"
OPERATOR = "being the operator"


@dataclass(frozen=True)
class Route:
    """One way in: `opens_to` is a right, "signed in", "anybody", or None: not declared."""

    method: str
    path: str
    opens_to: Right | str | None
    pattern: re.Pattern[str] | None = None

    @property
    def has_id(self) -> bool:
        return "{" in self.path

    def at(self, number: int) -> str:
        """Its address for the thing of this number."""
        numbers = (str(number), f"{number:016x}", f"{number:064x}")
        return next(filter(self.fits, map(self._filled, numbers)), self._filled(str(number)))

    def _filled(self, number: str) -> str:
        """Its address with this for each id, and the first of its choices for each word."""
        asked = "" if self.pattern is None else self.pattern.pattern

        def fill(place: re.Match[str]) -> str:
            words = re.search(rf"\(\?P<{place[1]}>([a-z]+)(\|[a-z]+)*\)", asked)
            return words[1] if words else number

        return re.sub(r"\{(\w+)\}", fill, self.path)

    def fits(self, address: str) -> bool:
        """Whether it is an address of this route."""
        return self.pattern is None or self.pattern.fullmatch(address) is not None


@dataclass(frozen=True)
class Action:
    """One thing that can be done; `right` may be OPERATOR, None: to what is one's own."""

    module: str
    name: str
    right: Right | str | None

    @property
    def function(self) -> Callable[..., Awaitable[Any]]:
        return getattr(importlib.import_module(f"server.actions.{self.module}"), self.name)


def routes(app: web.Application) -> list[Route]:
    """Every route of the application but the static files."""
    found = [
        Route(
            route.method,
            route.resource.canonical,
            opens_to(route.handler),
            route.resource.get_info().get("pattern"),
        )
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
        if not isinstance(route.resource, web.StaticResource)
    ]
    return sorted(found, key=lambda route: (route.path, route.method))


def actions() -> list[Action]:
    """Every action that somebody in particular does."""
    folder = Path(*server.actions.__path__)
    found = []
    for path in sorted(folder.rglob("*.py")):
        if path.stem in ("actor", "tools") or (path.parent == folder and path.stem == "__init__"):
            continue
        module = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef) and _is_act(node):
                found.append(Action(module, node.name, _right(node)))
    return found


def _is_act(function: ast.AsyncFunctionDef) -> bool:
    first = [arg.arg for arg in function.args.args][:1]
    return first == ["actor"] and not function.name.startswith("_")


def _right(function: ast.AsyncFunctionDef) -> Right | str | None:
    """Return what its first statement requires."""
    for statement in function.body[:2]:  # behind what it says of itself
        call = getattr(statement, "value", None)
        match call:
            case ast.Call(func=ast.Name(id="manager_only")):
                return Right.MANAGE
            case ast.Call(func=ast.Name(id="operator_only")):
                return OPERATOR
            case ast.Call(func=ast.Name(id="require"), args=[_, ast.Attribute(attr=name)]):
                return Right[name]
    return None


def table(app: web.Application) -> str:
    """Write all of it as Markdown."""
    there = routes(app)
    lines = [
        f"<!-- Made from the rules, the routes and the actions themselves: `{COMMAND}` -->",
        "# Who may do what",
        "",
        "Everybody with an account is an agent: books, drives, sees their own trips. A role is"
        " given on top, for a time and for a part of the fleet: people of directorates, cars of"
        " sites, single cars, or all of it. What somebody did is about their directorate then; what"
        " nobody is known to have done is about the car. What is beyond somebody's part is not in"
        " their lists and counters, and is not found under its address.",
        "",
        "The operator, at the server's own machine, may do all. Nobody gives what they do not have:"
        " each right of the role, there, and for as long. An administrator is always left.",
        "",
        "## Rights",
        "",
        *_rows(
            ("right", *(_words(role) for role in Role)),
            ((right.value, *_marks(right)) for right in Right),
        ),
        "",
        "## Pages and API",
        "",
        "Without what it takes: a page sends whoever is not signed in to sign in, the API answers"
        " 401; 403 for a right that one has nowhere, 404 for a thing beyond one's part.",
        "",
        *_rows(
            ("method", "address", "takes"),
            ((r.method, f"`{r.path}`", str(r.opens_to)) for r in there),
        ),
        "",
        "## Actions",
        "",
        *_rows(
            ("action", "takes"),
            ((f"`{a.module}.{a.name}`", str(a.right or OWN)) for a in actions()),
        ),
    ]
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write docs/roles.md anew."""
    with tempfile.TemporaryDirectory() as folder:
        TABLE.write_text(table(empty_app(Path(folder))))


def empty_app(folder: Path) -> web.Application:
    """The whole application, without a fleet."""
    return init_app(Config(folder, boxes=Address("127.0.0.1", 0), new_fleet=True), StillClock())


def _marks(right: Right) -> Iterator[str]:
    for role in Role:
        yield "yes" if right in RIGHTS[role] else ""


def _words(role: Role) -> str:
    return role.replace("_", " ")


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    every = [heads, ("---",) * len(heads), *rows]
    return [f"| {' | '.join(row)} |" for row in every]
