"""How what comes in is judged: pydantic models that take no unknown word, and their field types.

The same models judge a page's form, a body of the API, a command's arguments and an entry of the
fleet file, so a bound stands once. Never here: what things mean together (the rules beside this
file), where a word stands in a text (json_sent).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from server.fleet.json_sent.places import Path
from server.fleet.refusals import Reason, Refusal, Refused

LATEST_S = 0xFFFFFFFF  # instants travel to the box in 32 bits
MOST_REFUSALS = 20  # of a body of a thousand unknown words, who reads more?
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
    values: Mapping[str, int | str] = field(default_factory=dict, hash=False)


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


def judged_in_part(
    model: type[M], given: Mapping[str, Any], stand_ins: Mapping[str, Any]
) -> tuple[M, list[Refusal]]:
    """Return what can stand of a request, and what is wrong with the rest of it.

    Args:
        model: what is asked for.
        given: what was filled in.
        stand_ins: what stands in the request for a word at fault that has no default.
    """
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        wrong = refusals_of(model, error)
    at_fault = {refusal.field for refusal in wrong}
    sound = {word: value for word, value in given.items() if word not in at_fault}
    stood_in = {word: value for word, value in stand_ins.items() if word in at_fault}
    return model.model_validate({**stood_in, **sound}), wrong


def refusals_of(model: type[Input], error: ValidationError) -> list[Refusal]:
    """Return what pydantic says of a request in our reasons; `field` is the word of the request."""
    found: dict[str, Refusal] = {}
    for _, refusal in placed_refusals_of(model, error):
        found.setdefault(refusal.field, refusal)
    return list(found.values())[:MOST_REFUSALS]


def placed_refusals_of(model: type[Input], error: ValidationError) -> list[tuple[Path, Refusal]]:
    """Return what pydantic says of a request in our reasons, each with the path to its place."""
    found = [
        (each["loc"], _refusal(model, each["loc"], each["type"], each.get("ctx", {})))
        for each in error.errors(include_url=False, include_input=False)
    ]
    # A word that is not known first: what it was meant for is then missing.
    return sorted(found, key=lambda each: each[1].reason is not Reason.UNKNOWN_WORD)


def _refusal(
    model: type[Input], path: Path, error_type: str, context: Mapping[str, Any]
) -> Refusal:
    field = str(path[0]) if path else ""
    known, parts = _known_at(model, path)
    if error_type == "extra_forbidden":
        return Refusal(field, Reason.UNKNOWN_WORD, {"known": ", ".join(known)})
    if error_type == "model_type":
        return Refusal(field, Reason.NOT_AN_OBJECT)
    if error_type.startswith(_OURS):
        return Refusal(field, Reason.of(error_type.removeprefix(_OURS)), context)
    said = [part for part in parts if isinstance(part, Says)]
    if not said:
        return Refusal(field, Reason.NOT_EXPECTED)
    says = said[-1 if isinstance(path[-1], int) else 0]  # of an item of a list: the innermost
    reason = (error_type in _TOO_LONG and says.too_long) or says.wrong
    return Refusal(field, reason, says.values)


def _known_at(model: type[Input], path: Path) -> tuple[Iterable[str], list[Any]]:
    """Return the words known where a path's last word stands, and the parts of that word's type."""
    words: Mapping[str, FieldInfo] = {}
    parts: list[Any] = [model]
    for step in path:
        if isinstance(step, str):
            inner = next((p for p in parts if isinstance(p, type) and issubclass(p, Input)), Input)
            words = {field.alias or name: field for name, field in inner.model_fields.items()}
            parts = []
            if step in words:
                parts = [*words[step].metadata, *_parts(words[step].annotation)]
    return words, parts


def _parts(annotation: Any) -> Iterator[Any]:
    """Return what a type is made of, the outermost first."""
    yield annotation
    for part in reversed(get_args(annotation)):  # what stands beside a type before the type
        yield from _parts(part)


def one_line(text: object) -> object:
    """Return a text in one line as people see it; other values as they are.

    Spaces of every kind and width, tabs and line ends become one plain space, with none around; an
    accent is one with its letter; what only steers how a text is set (a soft hyphen, a space of no
    width, a mark of direction) is left out.
    """
    if not isinstance(text, str):
        return text
    set_anyhow = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(set_anyhow.split()))


def lines(text: object) -> object:
    """Return a text with its lines, each as `one_line` leaves it."""
    if not isinstance(text, str):
        return text
    return "\n".join(str(one_line(line)) for line in text.splitlines()).strip()


def line(text: object) -> object:
    """Return as `one_line`; a control character in it is refused, wherever the text comes from.

    These texts stand on pages, in logs and on terminals.
    """
    cleaned = one_line(text)
    if isinstance(cleaned, str) and not cleaned.isprintable():
        raise refuse(Reason.NOT_A_TEXT)
    return cleaned


def _lines(text: object) -> object:
    cleaned = lines(text)
    if isinstance(cleaned, str):
        for each in cleaned.splitlines():
            line(each)
    return cleaned


# Ids are the database's: 63 bits.
Id = Annotated[int, Field(ge=0, lt=1 << 63)]
Instant = Annotated[int, Field(gt=0, le=LATEST_S), Says(Reason.NOT_AN_INSTANT)]
Flag = Annotated[bool, Says(Reason.NOT_TRUE_OR_FALSE)]
Line = Annotated[str, BeforeValidator(line)]
Lines = Annotated[str, BeforeValidator(_lines)]
