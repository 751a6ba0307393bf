"""Finding people by name, as one remembers it: any part of it, without accents or capitals."""

import unicodedata


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
