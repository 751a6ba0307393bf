"""A JSON text, read alike wherever one comes in: a fleet file, a body of the API.

A word that stands twice in an object is not passed over. Never here: what a text means, where its
values stand (json_places.py).
"""

import json
import re
from typing import Any

from server.fleet.json_sent.places import Path, places, twice
from server.fleet.refusals import Reason, Refusal, Refused

_ABSURD = "nobody writes a number of so many digits, or so many brackets"
_HALF = re.compile("[\ud800-\udfff]")


def text_of(content: bytes) -> str:
    """Return what is written there, without the mark that Windows puts before it.

    Raises:
        Refused: NOT_JSON, unless it is UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refusal = Refusal(f"byte {error.start + 1}", Reason.NOT_JSON, {"why": "not UTF-8 text"})
        raise Refused(refusal) from None


def read(text: str) -> tuple[Any, list[tuple[Path, Reason]]]:
    """Return what a JSON text holds, and the words that cannot stand in it, each with its path.

    Raises:
        Refused: NOT_JSON; its `field` is the place.
    """
    doubled = strange = False

    def read_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled, strange
        held = dict(members)
        doubled = doubled or len(held) < len(members)
        strange = strange or not all(map(_is_unicode, held))
        return held

    try:
        data = json.loads(text, object_pairs_hook=read_object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refused(Refusal(place, Reason.NOT_JSON, {"why": error.msg})) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise Refused(Refusal("line 1", Reason.NOT_JSON, {"why": _ABSURD})) from None
    against = [(path, Reason.WORD_TWICE) for path in (twice(text) if doubled else ())]
    if strange:
        paths = dict.fromkeys(path for path, _ in places(text) if path)
        against += [(path, Reason.UNKNOWN_WORD) for path in paths if not _is_unicode(path[-1])]
    return data, against


def _is_unicode(word: str | int) -> bool:
    """Say whether a word can be written: half of a pair of surrogates is no character."""
    return isinstance(word, int) or word.isascii() or not _HALF.search(word)
