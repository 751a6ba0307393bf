"""docs/operating, as its reader types it: sections, and the blocks of commands in each."""

import re
from pathlib import Path

from tests.support import ROOT

LANGUAGES = ("en", "fr")


def text(language: str) -> str:
    return path(language).read_text()


def path(language: str) -> Path:
    return ROOT / "docs" / f"operating.{language}.md"


def sections(language: str) -> dict[str, list[str]]:
    """Each section's blocks of commands, by the section's name, in their order."""
    _, *parts = re.split(r'(?m)^<a id="([a-z-]+)"></a>$', text(language))
    names, bodies = parts[::2], parts[1::2]
    assert len(set(names)) == len(names)
    return {
        name: re.findall(r"^```sh\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
        for name, body in zip(names, bodies, strict=True)
    }
