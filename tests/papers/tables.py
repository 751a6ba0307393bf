"""The tables of the French documents: the registry of what is kept, the settings' defaults."""

import gettext
import re
from collections.abc import Callable
from pathlib import Path

from server.config import Retention
from server.fleet.privacy.registry import KINDS, Kind, Until
from server.web.i18n import LOCALE_DIR
from server.web.labels import ROLE_WORDS
from tests.support import ROOT


class _Missing(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        raise LookupError(f"no French for {message!r}")


_FRENCH = gettext.translation("messages", LOCALE_DIR, ["fr"])
_FRENCH.add_fallback(_Missing())
_BETWEEN = re.compile(r"(<!-- made by [^>]* -->\n).*?(<!-- end -->)", re.DOTALL)


def made_anew(path: Path) -> str:
    """Return a document with its table as the code has it now."""
    table = PAPERS[path]()
    text, count = _BETWEEN.subn(
        lambda marks: f"{marks[1]}{table}{marks[2]}", path.read_text("utf-8")
    )
    assert count == 1, f"{path.name} has {count} places for its table"
    return text


def _everything() -> str:
    lines = ["| Données | Finalités | Lues par | Conservées |", "|---|---|---|---|"]
    for kind in KINDS:
        purposes = ", ".join(map(_french, kind.purposes))
        cells = (_what(kind), purposes, _readers(kind), _until(kind))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _durations() -> str:
    lines = ["| Données | Conservées |", "|---|---|"]
    lines += [f"| {_french(kind.title)} | {_until(kind)} |" for kind in KINDS]
    return "\n".join(lines) + "\n"


def _shown_to_them() -> str:
    lines = ["| Ce qui est gardé de vous | Combien de temps |", "|---|---|"]
    lines += [f"| {_what(kind)} | {_until(kind)} |" for kind in KINDS if kind.is_shown_to_them]
    return "\n".join(lines) + "\n"


def _what(kind: Kind) -> str:
    return f"**{_french(kind.title)}** : {_french(kind.says)}"


def _readers(kind: Kind) -> str:
    roles = [_french(ROLE_WORDS[role]) for role in kind.readers()]
    own = ["la personne"] if kind.is_shown_to_them else []
    return ", ".join(own + roles) or "personne"


def _until(kind: Kind) -> str:
    return " ; ".join(map(_date, kind.until))


def _date(until: Until) -> str:
    if until.setting is None:
        return _french(until.since)
    return f"{getattr(Retention(), until.setting)} jours {_french(until.since)}"


_french = _FRENCH.gettext


_PRIVACY = ROOT / "docs" / "privacy"
PAPERS: dict[Path, Callable[[], str]] = {
    _PRIVACY / "registre.fr.md": _everything,
    _PRIVACY / "analyse-impact.fr.md": _durations,
    _PRIVACY / "information.fr.md": _shown_to_them,
}
