"""Where the words of a scenario's steps are written down. Reads and plays nothing.

    @word("extend", "DRIVER", "to", "TIME")
    def extend(stage: Stage, who: str, ends_s: int) -> None:
        # here its docstring: Let one's last booking end later.

is the whole of a word: what must stand behind it, what it means to a person (the first line of the
docstring), and what it does. `|` separates what may stand in one place. Names in capitals are

    DRIVER      a driver of this scenario
    PLATE       a car of this scenario
    EQUIPMENT   a code of this scenario
    TIME        an instant of the world; the function gets Unix seconds
    NUMBER      the function gets a float

and everything else stands for itself; the function gets it only where there was a choice. A word
that begins with `expect` returns what was found and whether it is what was expected.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Finding = tuple[object, bool]
"""What was found, and whether it is what was expected."""

_Do = TypeVar("_Do", bound=Callable[..., Finding | None])
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Word:
    """A word: see above. With `on_phone` its first argument uses a phone, and needs a password."""

    arguments: tuple[str, ...]
    do: Callable[..., Finding | None]
    on_phone: bool


WORDS: dict[str, Word] = {}
"""By what a scenario says: one to three words."""


def word(text: str, *arguments: str, on_phone: bool = False) -> Callable[[_Do], _Do]:
    """Make a function of a stage and of these arguments the meaning of a word."""

    def register(do: _Do) -> _Do:
        WORDS[text] = Word(arguments, do, on_phone)
        return do

    return register


def explained() -> Iterator[str]:
    """Yield lines for a person: each word with what stands behind it, and what it means."""
    for text, each in WORDS.items():
        head = " ".join((text, *each.arguments)).replace("|", " | ")
        yield from textwrap.wrap(head, _WIDTH, subsequent_indent="        ")
        yield "    " + (inspect.getdoc(each.do) or "").partition("\n")[0]
