"""French first, English beside it: catalogues, the choice of language, numbers and dates.

Words in the code are English message ids; what people read stands in
locale/{fr,en}/LC_MESSAGES/messages.po (compiled at set-up). Never here: HTML.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from babel import Locale
from babel.dates import format_date, format_timedelta, get_timezone_gmt
from babel.numbers import format_decimal

from server.app_keys import CONFIG
from server.fleet.refusals import N_
from server.web.localtime import is_ambiguous, to_local

__all__ = ["N_", "Words", "words_of"]  # N_ stands where the first words are

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("fr", "en")
LANGUAGE_COOKIE = "language"
_A_YEAR_S = 365 * 24 * 3600

# English as public servants in Europe read it: day before month, 24 hours.
_LOCALES = {"fr": Locale.parse("fr_FR"), "en": Locale.parse("en_GB")}


@dataclass(frozen=True, slots=True)
class Words:
    """One language in one time zone: everything a page needs to speak to a person."""

    language: str
    locale: Locale
    timezone: ZoneInfo
    catalogue: gettext.NullTranslations

    def say(self, message_id: str, **values: object) -> str:
        """Translate and fill in `%(name)s`."""
        text = self.catalogue.gettext(message_id)
        return text % values if values else text

    def km(self, distance_m: int) -> str:
        """Return metres as kilometres with one decimal: 12,3."""
        return format_decimal(distance_m / 1000, format="#,##0.0", locale=self.locale)

    def volts(self, millivolts: int) -> str:
        """Return millivolts as volts with one decimal: 12,1 V."""
        return format_decimal(millivolts / 1000, format="0.0", locale=self.locale) + " V"

    def day(self, at_s: int) -> str:
        """Return the local day: lun. 23 nov. 2026, mar. 1er déc. 2026."""
        return _day(to_local(at_s, self.timezone).date(), self.language)

    def clock(self, at_s: int) -> str:
        """Return the local time of day: 14:05, with its offset in the hour that exists twice."""
        return self._time(at_s, "%H:%M")

    def clock_s(self, at_s: int) -> str:
        """Return the local time of day with seconds: 14:05:09."""
        return self._time(at_s, "%H:%M:%S")

    def moment(self, at_s: int) -> str:
        """Return day and time of day: lun. 23 nov. 2026, 14:05."""
        return f"{self.day(at_s)}, {self.clock(at_s)}"

    def window(self, from_s: int, to_s: int) -> str:
        """Return from when to when: lun. 23 nov. 2026, 14:05 – 15:30."""
        if self.day(from_s) == self.day(to_s):
            return f"{self.moment(from_s)}\u00a0–\u00a0{self.clock(to_s)}"
        return f"{self.moment(from_s)} – {self.moment(to_s)}"

    def span(self, duration_s: int) -> str:
        """Return how long that is, roughly: 2 heures, 3 jours."""
        return format_timedelta(
            timedelta(seconds=duration_s), granularity="minute", locale=self.locale
        )

    def duration(self, seconds: int) -> str:
        """Return a length of time, begun minutes counting whole: 35 min, 1 h 05."""
        hours, minutes = divmod(-(-seconds // 60), 60)
        return f"{hours} h {minutes:02}" if hours else f"{minutes} min"

    def machine_time(self, at_s: int) -> str:
        """Return the instant as the `datetime` attribute of <time> wants it."""
        return to_local(at_s, self.timezone).isoformat(timespec="seconds")

    def coordinates(self, lat_e7: int, lon_e7: int) -> str:
        """Return a position to about a metre: 48,00610° N, 0,19960° E."""
        north, east = (
            f"{format_decimal(abs(value_e7) / 1e7, format='0.00000', locale=self.locale)}°"
            for value_e7 in (lat_e7, lon_e7)
        )
        west_letter = self.say(N_("W"))
        return (
            f"{north} {'N' if lat_e7 >= 0 else 'S'}, {east} {'E' if lon_e7 >= 0 else west_letter}"
        )

    def _time(self, at_s: int, pattern: str) -> str:
        local = to_local(at_s, self.timezone)
        text = local.strftime(pattern)
        if is_ambiguous(local):
            text += f" ({get_timezone_gmt(local, 'long', locale=self.locale)})"
        return text


@lru_cache(maxsize=4096)  # a page says the same few days again and again
def _day(day: date, language: str) -> str:
    first = language == "fr" and day.day == 1
    return format_date(day, "E d'er' MMM y" if first else "E d MMM y", locale=_LOCALES[language])


@cache  # an app put together again in one process, as tests do, reads no catalogue again
def load_words(timezone: ZoneInfo) -> dict[str, Words]:
    """Return the words of each language.

    Raises:
        RuntimeError: the catalogues were not compiled.
    """
    try:
        return {
            language: Words(
                language,
                _LOCALES[language],
                timezone,
                gettext.translation("messages", LOCALE_DIR, [language]),
            )
            for language in LANGUAGES
        }
    except FileNotFoundError as error:
        raise RuntimeError(
            "the page catalogues are not compiled: pybabel compile -d server/web/locale -D messages"
        ) from error


WORDS = web.AppKey("WORDS", dict[str, Words])


def words_of(request: web.Request) -> Words:
    """Return the words in the language this person chose, else prefers, else the operator's."""
    words = request.app[WORDS]
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in words:
        return words[chosen]
    accepted = request.headers.get("Accept-Language", "")
    return words[preferred(accepted, words) or request.app[CONFIG].language]


def preferred(accept_language: str, offered: Mapping[str, object]) -> str | None:
    """Return the offered language a browser prefers (`en-GB,en;q=0.8,fr;q=0.5`), or None."""
    wishes: list[tuple[float, int, str]] = []
    for position, wish in enumerate(accept_language.split(",")[:20]):
        tag, _, parameter = wish.strip().partition(";")
        language = tag.split("-")[0].strip().lower()
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in offered and weight > 0:
            wishes.append((-weight, position, language))
    return min(wishes)[2] if wishes else None


def remember_language(response: web.StreamResponse, language: str) -> None:
    """Keep the choice for a year; the cookie says nothing about the person."""
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="Lax", path="/"
    )
