"""What can go wrong, by name and in two languages: how such a name is made, shown and raised.

The names stand in the files beside, one for each matter; the tables in docs/technician.md are made
of them. Decides nothing and prints nothing.
"""

import os
from enum import Enum

from flasher.errors import FlasherError


class Bilingual(Enum):
    """What is said to a technician: each member is (English, French); `%(word)s` are filled in."""

    def text(self, language: str, **words: str) -> str:
        """Return it in "fr" or else in English."""
        text: str = self.value[language == "fr"] % words
        return text

    def said(self, **words: str) -> str:
        """Return it in the language of the technician's computer."""
        return self.text(language(), **words)


class FlashError(FlasherError):
    """A named failure; its text is what to show.

    Args:
        failure: which; its text says what it is and what to do.
        words: what its text leaves open; never anything of an identity.
    """

    def __init__(self, failure: Bilingual, **words: str) -> None:
        super().__init__(failure.said(**words))
        self.failure = failure


def language() -> str:
    """Return "fr" where the technician's computer speaks French, else "en"."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that says something holds
    wanted = next(filter(None, map(os.environ.get, names)), "")
    return "fr" if wanted.split(":")[0].startswith("fr") else "en"
