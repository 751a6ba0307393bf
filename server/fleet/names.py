"""What is written in many ways and means one thing: the name of a person, the plate of a car.

Never here: whether there is such a person or car.
"""

import re
import unicodedata

_RUNS = re.compile(r"[^\W\d_]+|\d+")


def folded(text: str) -> str:
    """Return a text as names are compared: Héloïse is heloise."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def is_called(name: str, sought: str) -> bool:
    """Say whether each word that is sought begins a word of the name."""
    words = folded(name).replace("-", " ").split()
    return all(
        any(word.startswith(part) for word in words)
        for part in folded(sought).replace("-", " ").split()
    )


def plate_of(text: str) -> str:
    """Return a plate as it is stored: ab 123 cd, AB123CD and AB–123–CD are AB-123-CD.

    Only letters and digits count, in capitals; a hyphen stands between the two kinds. Empty when
    there are none.
    """
    letters = unicodedata.normalize("NFKC", text).upper()
    return "-".join(_RUNS.findall("".join(c for c in letters if c.isalnum())))
