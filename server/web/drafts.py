"""What somebody had typed when their session had ended, for when they have signed in again.

It is kept under the person whom the form's token names, and shown to nobody else; in memory, so
that a restart forgets it. Never here: forms in which a secret is typed, how a token is made
(forms.py).
"""

import re
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiDictProxy

_KEPT_S = 3600
_MOST = 500  # people whose session ends within the hour
_MOST_LETTERS = 20_000
_SECRET = re.compile(r"pass|secret|otp|(^|_)(code|pin|key)$|^(old|new|again)$")


@dataclass(frozen=True, slots=True)
class _Draft:
    path: str
    fields: MultiDictProxy[str]
    until_s: int


class Drafts:
    """One form a person, the last one."""

    def __init__(self) -> None:
        self._of: dict[int, _Draft] = {}

    def keep(self, agent_id: int, path: str, fields: MultiDictProxy[str], now_s: int) -> bool:
        """Keep what was typed for the page at `path`; False: that is not to be kept."""
        letters = sum(len(name) + len(value) for name, value in fields.items())
        if letters > _MOST_LETTERS or any(_SECRET.search(name) for name in fields):
            return False
        self._of = {who: each for who, each in self._of.items() if each.until_s > now_s}
        self._of.pop(agent_id, None)  # the newest stands last
        if len(self._of) >= _MOST:
            del self._of[next(iter(self._of))]
        self._of[agent_id] = _Draft(path, fields, now_s + _KEPT_S)
        return True

    def take(self, agent_id: int, path: str, now_s: int) -> MultiDictProxy[str] | None:
        """Return what this person had typed there, once."""
        draft = self._of.get(agent_id)
        if draft is None or draft.path != path:
            return None
        del self._of[agent_id]
        return draft.fields if draft.until_s > now_s else None


DRAFTS = web.AppKey("DRAFTS", Drafts)
# What a form of this page is filled with; put there by auth.signed_in.
DRAFT = web.RequestKey("DRAFT", MultiDictProxy[str])
