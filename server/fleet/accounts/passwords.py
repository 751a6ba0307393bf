"""Which passwords are good enough: long enough, and not what anybody would try first.

The CNIL (deliberation 2022-100) asks for 50 bits where guesses are slowed down, as they are here
(web/throttle.py): 12 characters of any kind, 16 when they are digits alone. No kind of character
is demanded and none expires: both make people write passwords down. Never here: hashes
(server/passwords.py).
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field

from server.fleet.inputs import Says, refuse
from server.fleet.refusals import Reason, Refusal

LEAST = 12
LEAST_DIGITS = 16
LONGEST = 200  # a longer one would only make the hash slow
_BITS = 50
_UNGUESSED = 8  # so many letters and digits must be neither a common word nor made of others
_OTHER_SIGNS = 37  # as the CNIL counts them
_WHO = 3  # letters that a part of a name has at least

# As they read once capitals, accents and swapped letters (0 for o) are gone.
_COMMON = """
    password passwort passe motdepasse mdp secret admin administrateur root user utilisateur login
    welcome bienvenue bonjour bonsoir hello salut changeme changezmoi changer letmein default demo
    test temp provisoire azerty qwerty qwertz iloveyou jetaime monamour doudou loulou chouchou
    princesse princess soleil sunshine dragon monkey shadow master football superman batman naruto
    pokemon starwars trustno ninja michael jessica ashley charlie jordan thomas nicolas julien
    camille marine chocolat
    voiturier voiture vehicule badge flotte garage parking conduire
    prefecture prefet sousprefecture sarthe lemans ministere interieur direction departement
    service agent france paris marseille lyon toulouse bordeaux nantes
    janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
    lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver
    january february march april august september october november december
    monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
"""
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop qsdfghjklm wxcvbn qwertyuiop asdfghjkl zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn 1aqw2zsx3edc",
)
_STEPS = 3  # characters in the order of the alphabet, or of a keyboard, that are a run
_YEAR = re.compile(r"(?:19|20)\d\d")
_SWAPPED = str.maketrans("0134578@$!€", "oieastbasie")


def _visible(text: object) -> object:
    if isinstance(text, str) and not text.strip().isprintable():
        raise refuse(Reason.NOT_A_TEXT)
    return text.strip() if isinstance(text, str) else text


# Each of its letters counts, but for the space around it that comes along when it is pasted.
Password = Annotated[
    str,
    Field(max_length=LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
    BeforeValidator(_visible),
]


def against_password(password: str, field: str, who: Iterable[str]) -> Refusal | None:
    """Return what speaks against a new password, None when it is good enough.

    Args:
        password: as it was typed.
        field: the word of the request that holds it.
        who: whose it is: login, name, directorate.
    """
    if len(password) < LEAST or len(password) * math.log2(_alphabet(password)) < _BITS:
        values = {"letters": LEAST, "digits": LEAST_DIGITS}
        return Refusal(field, Reason.PASSWORD_TOO_SHORT, values)
    if _unguessed(password, who) < _UNGUESSED:
        return Refusal(field, Reason.PASSWORD_GUESSABLE)
    return None


def _alphabet(text: str) -> int:
    """Return how many characters there are of the kinds that a text has."""
    kinds = (str.islower, 26), (str.isupper, 26), (str.isdecimal, 10)
    size = sum(count for is_kind, count in kinds if any(is_kind(c) for c in text))
    return size + (0 if all(c.isalnum() for c in text) else _OTHER_SIGNS) or _OTHER_SIGNS


def _unguessed(password: str, who: Iterable[str]) -> int:
    """Count the letters and digits that belong to nothing that is tried first."""
    typed = [c for c in _plain(password) if c.translate(_SWAPPED).isalnum()]
    plain = "".join(typed)
    readings = (plain, plain.translate(_SWAPPED))
    names = {part for each in who for part in re.split(r"[\W_]+", _plain(each))}
    parts = {*_COMMON.split(), *(name for name in names if len(name) >= _WHO), *_runs()}
    guessed = {
        place
        for text in readings
        for part in parts
        for start in _found(part, text)
        for place in range(start, start + len(part))
    }
    for year in _YEAR.finditer(plain):
        guessed.update(range(*year.span()))
    for start in range(len(plain) - _STEPS + 1):  # what stood there before adds nothing
        if plain.find(plain[start : start + _STEPS]) < start:
            guessed.update(range(start, start + _STEPS))
    return len(plain) - len(guessed)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))


def _runs() -> Iterator[str]:
    for row in " ".join(_ROWS).split():
        for way in (row, row[::-1]):
            yield from (way[i : i + _STEPS] for i in range(len(way) - _STEPS + 1))


def _found(part: str, text: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)
