"""A checkout of what is committed, for what asks for a clean one: a release."""

import shutil
import subprocess
from pathlib import Path

from tests.support import ROOT

_VENDOR = Path("server/web/static/vendor")


def clone(parent: Path) -> Path:
    """A clone under this folder, set up by what is set up here."""
    folder = parent / "voiturier"
    command = ["git", "clone", "--quiet", "--local", str(ROOT), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    for name in (".venv", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".git" / "info" / "exclude").write_text(".venv\nnode_modules\n")
    shutil.copytree(ROOT / ".tools", folder / ".tools", symlinks=True)
    shutil.copytree(ROOT / _VENDOR, folder / _VENDOR)
    for made in ROOT.glob("server/**/*.mo"):
        shutil.copy(made, folder / made.relative_to(ROOT))
    return folder
