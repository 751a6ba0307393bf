"""The ROM image: MicroPython itself mounts it and finds the files."""

import subprocess

from simulator.engine.rom import image
from tests.support import find_micropython

MOUNT = """
import os, sys, vfs
vfs.mount(vfs.VfsRom(open(sys.argv[1], "rb").read()), "/rom")
for name in os.listdir("/rom"):
    print(name, open("/rom/" + name, "rb").read().hex())
"""


def test_micropython_reads_what_was_put_in(tmp_path):
    files = {"a.mpy": b"M\x06", "long.bin": bytes(range(256)) * 80}
    (tmp_path / "files.rom").write_bytes(image(files))
    (tmp_path / "mount.py").write_text(MOUNT)
    ran = subprocess.run(
        [find_micropython(), tmp_path / "mount.py", tmp_path / "files.rom"],
        capture_output=True,
        text=True,
        check=True,
    )
    read = dict(line.partition(" ")[::2] for line in ran.stdout.splitlines())
    assert {name: bytes.fromhex(content) for name, content in read.items()} == files
