"""A checkout of what is committed, for what asks for a clean one: a release."""

import shutil
import subprocess
from pathlib import Path

from tests.support import ROOT

_VENDOR = Path("server/web/static/vendor")
_SET_UP_BY = ("requirements", "pyproject.toml", "package.json", "package-lock.json")


def clone(parent: Path) -> Path:
    """A clone under this folder, set up by what is set up here.

    It shares our environment: its own set-up must have nothing to do there.
    """
    subprocess.run(["scripts/setup.sh", "dev"], cwd=ROOT, check=True, capture_output=True)
    changed = ["git", "diff", "--quiet", "HEAD", "--", *_SET_UP_BY]
    assert subprocess.run(changed, cwd=ROOT, check=False).returncode == 0, "commit these first"
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
