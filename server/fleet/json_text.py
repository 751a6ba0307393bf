"""A JSON text, read alike wherever one comes in: a fleet file, a body of the API.

A word that stands twice in an object is not passed over. Never here: what a text means, where its
values stand (json_places.py).
"""

import json
from typing import Any

from server.fleet.json_places import Path, twice
from server.fleet.refusals import Reason, Refusal, Refused

_ABSURD = "nobody writes a number of so many digits, or so many brackets"


def read(text: str) -> tuple[Any, list[Path]]:
    """Return what a JSON text holds, and the paths of the words that stand twice in an object.

    Raises:
        Refused: NOT_JSON; its `field` is the place.
    """
    doubled = False

    def read_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        held = dict(members)
        doubled = doubled or len(held) < len(members)
        return held

    try:
        data = json.loads(text, object_pairs_hook=read_object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refused(Refusal(place, Reason.NOT_JSON, {"why": error.msg})) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise Refused(Refusal("line 1", Reason.NOT_JSON, {"why": _ABSURD})) from None
    return data, twice(text) if doubled else []
