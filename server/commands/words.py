"""What the commands say, in the language of who typed them (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).

Words in the code are English; the French stands in locale/. Loads nothing of the web. Never here:
what a page says (server/web/i18n.py).
"""

import gettext
from functools import cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "commands"


@cache
def catalogue() -> gettext.NullTranslations:
    """Return the texts of the language that the environment asks for; without one, English."""
    return gettext.translation(DOMAIN, LOCALE_DIR, fallback=True)


def said(text: str, /, **values: object) -> str:
    """Return a text with its values `%(name)s` filled in."""
    translated = catalogue().gettext(text)
    return translated % values if values else translated


def english(text: str, /, **values: object) -> str:
    """Return a text as it stands in the code, for programs, its values filled in."""
    return text % values if values else text


def say(text: str, /, **values: object) -> None:
    """Print it as one line."""
    print(said(text, **values))
