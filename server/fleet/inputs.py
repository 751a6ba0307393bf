"""How what comes in is judged: pydantic models that take no unknown word, and their field types.

The same models judge a page's form, a body of the API, a command's arguments and an entry of the
fleet file, so a bound stands once. Never here: what things mean together (the rules beside this
file), where a word stands in a text (fleet_file.py).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from server.fleet.refusals import Reason, Refusal, Refused

LATEST_S = 0xFFFFFFFF  # instants travel to the box in 32 bits
_MOST_REFUSALS = 20  # of a body of a thousand unknown words, who reads more?
_OURS = "voiturier."  # before a reason's code, since pydantic has codes of its own
_TOO_LONG = ("string_too_long", "too_long")


class Input(BaseModel):
    """What is asked for, or one entry of a list in it. Values are taken as they are, never cast."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Says:
    """Beside a field's type: the reason told when the value is missing or wrong, or too long.

    `values` are what their sentences name.
    """

    wrong: Reason
    too_long: Reason | None = None
    values: Mapping[str, int | str] = field(default_factory=dict)


def refuse(reason: Reason, **values: int | str) -> PydanticCustomError:
    """Return what a validator raises to tell a reason of its own."""
    return PydanticCustomError(_OURS + reason, "a rule of ours", values)


M = TypeVar("M", bound=Input)


def judged(model: type[M], given: Mapping[str, Any]) -> M:
    """Return the request that was given; raises Refused with a refusal for each word at fault."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Refused(
            *refusals_of(model, error)
        ) from None  # pydantic's text repeats what was typed


def refusals_of(model: type[Input], error: ValidationError) -> list[Refusal]:
    """Return what pydantic says of a request in our reasons; `field` is the word of the request."""
    found: dict[str, Refusal] = {}
    for each in error.errors(include_url=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        refusal = _refusal(model, name, each["type"], each.get("ctx", {}))
        found.setdefault(name, refusal)
    # A word that is not known first: what it was meant for is then missing.
    ordered = sorted(found.values(), key=lambda r: r.reason is not Reason.UNKNOWN_WORD)
    return ordered[:_MOST_REFUSALS]


def _refusal(model: type[Input], name: str, error_type: str, context: Mapping[str, Any]) -> Refusal:
    if error_type == "extra_forbidden":
        return Refusal(name, Reason.UNKNOWN_WORD)
    if error_type.startswith(_OURS):
        return Refusal(name, Reason.of(error_type.removeprefix(_OURS)), context)
    known = model.model_fields.get(name)
    for says in known.metadata if known else ():
        if isinstance(says, Says):
            reason = (error_type in _TOO_LONG and says.too_long) or says.wrong
            return Refusal(name, reason, says.values)
    return Refusal(name, Reason.NOT_EXPECTED)


def one_line(text: object) -> object:
    """Return a text in one line, without what cannot be seen; other values as they are."""
    if not isinstance(text, str):
        return text
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def lines(text: object) -> object:
    """Return a text with its lines, each as `one_line` leaves it."""
    if not isinstance(text, str):
        return text
    return "\n".join(str(one_line(line)) for line in text.splitlines()).strip()


def plain_spaces(text: str) -> str:
    """Return a text whose spaces of every width are plain ones, with none around it."""
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text).strip()


# Ids are the database's: 63 bits.
Id = Annotated[int, Field(ge=0, lt=1 << 63)]
Instant = Annotated[int, Field(ge=0, lt=1 << 63), Says(Reason.NOT_AN_INSTANT)]
Flag = Annotated[bool, Says(Reason.NOT_TRUE_OR_FALSE)]
Line = Annotated[str, BeforeValidator(one_line)]
Lines = Annotated[str, BeforeValidator(lines)]
