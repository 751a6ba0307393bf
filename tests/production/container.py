"""Plays a Containerfile on an unpacked Debian 12, as far as ours goes: no builder is needed.

Each RUN is a shell in that file system; the result runs read-only, as its USER, in a
network of its own. Never here: layers, registries.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.production.machine import ARCHIVES, FETCHED, base, copy_packages

_SAYS = ("USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")
Instruction = tuple[str, str]


def read(file: Path) -> list[Instruction]:
    """Its instructions: (word, the rest)."""
    lines = "".join(
        line for line in file.read_text().splitlines(keepends=True) if not line.startswith("#")
    ).replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines.splitlines())]


@dataclass(frozen=True)
class Image:
    """What a Containerfile makes."""

    root: Path
    said: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        """What runs in a container of it with these arguments, or with its own."""
        entry = json.loads(self.said["ENTRYPOINT"])
        return [*entry, *(arguments or json.loads(self.said["CMD"]))]

    def health(self) -> list[str]:
        """What tells whether it is well."""
        return list(json.loads(self.said["HEALTHCHECK"].partition("CMD ")[2]))


def build(file: Path, context: Path, folder: Path) -> Image:
    """Make an image in this folder."""
    root = folder / "image"
    root.mkdir()
    said: dict[str, str] = {}
    for word, rest in read(file):
        if word == "FROM":
            assert rest == "debian:12"
            subprocess.run(["tar", "-xf", base(), "-C", root], check=True)
            shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
            copy_packages(ARCHIVES, root / FETCHED)
        elif word == "COPY":
            source, target = rest.split()
            shutil.copytree(context / source, root / target.lstrip("/"))
        elif word == "RUN":
            done = subprocess.run(
                ["chroot", root, "sh", "-euc", rest], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
        else:
            assert word in (
                "USER",
                "VOLUME",
                "EXPOSE",
                "STOPSIGNAL",
                "HEALTHCHECK",
                "ENTRYPOINT",
                "CMD",
            )
            said[word] = rest
    return Image(root, said)


@contextmanager
def run(image: Image, log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A container of it until the block ends."""
    ids = re.findall(r"^voiturier:x:(\d+):(\d+):", (image.root / "etc/passwd").read_text(), re.M)
    ((user, group),) = ids
    assert image.said["USER"] == "voiturier"
    volume = image.said["VOLUME"].lstrip("/")
    made = f"""
        ip link set lo up
        mount --make-rprivate /
        mount --bind {image.root} {image.root}
        mount --bind {image.root / volume} {image.root / volume}
        mount -t tmpfs tmpfs {image.root}/tmp
        mount -o remount,bind,ro {image.root}
        exec chroot --userspec={user}:{group} {image.root} "$@"
    """
    own = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net", "sh", "-euc", made]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    with log.open("ab") as writing:
        process = subprocess.Popen(
            [*own, "sh", *image.command(*arguments)],
            stdout=subprocess.PIPE,
            stderr=writing,
            env=environment,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
