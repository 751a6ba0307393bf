"""The flash image: what the box finds on it, and what MicroPython itself makes of it."""

import json
import subprocess
from pathlib import Path

import pytest

from flasher.errors import FlasherError
from flasher.image import (
    BLOCK_BYTES,
    BLOCKS,
    box_files,
    files_of,
    new_image,
    read_file,
    write_file,
    write_image,
)
from tests.support import find_micropython

MOUNT = """
import sys, os, vfs
class Flash:
    def __init__(self, path): self.file = open(path, "r+b")
    def readblocks(self, block, buffer, offset=0):
        self.file.seek(block * 4096 + offset); self.file.readinto(buffer)
    def writeblocks(self, block, buffer, offset=0):
        self.file.seek(block * 4096 + offset); self.file.write(buffer)
    def ioctl(self, request, argument):
        return {4: 3584, 5: 4096}.get(request, 0)
vfs.mount(vfs.VfsLfs2(Flash(sys.argv[1])), "/box")
with open("/box/state/kept", "w") as file: file.write("by the box")
print(sorted(os.listdir("/box")), open("/box/identity.json").read(), os.statvfs("/box")[2])
vfs.umount("/box")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "code" / "firmware").mkdir(parents=True)
    (tmp_path / "code" / "shared_protocol").mkdir()
    for name in ("boot.py", "main.py"):
        (tmp_path / "code" / "firmware" / name).write_text(f"'{name}'")
    (tmp_path / "code" / "firmware" / "board.py").write_text("A = 1")
    (tmp_path / "code" / "shared_protocol" / "codec.py").write_text("B = 2")
    return tmp_path / "code"


def test_the_slot_mirrors_the_repository_in_bytecode_and_only_two_files_stand_at_the_root(
    tmp_path: Path, source: Path
) -> None:
    image = tmp_path / "flash.img"
    write_image(image, {"box_id": "1"}, source)
    assert read_file(image, "/boot.py") == b"'boot.py'"
    assert read_file(image, "/a/firmware/board.mpy")[:1] == b"M"
    assert read_file(image, "/a/shared_protocol/codec.mpy")[:1] == b"M"
    assert json.loads(read_file(image, "/identity.json")) == {"box_id": "1"}
    assert image.stat().st_size == BLOCK_BYTES * BLOCKS == 14 * 1024 * 1024


def test_every_module_of_the_box_is_on_it_and_nothing_of_the_host() -> None:
    names = set(box_files())
    assert {"boot.py", "main.py", "a/firmware/application.mpy"} <= names
    assert not [name for name in names if "server" in name or "simulator" in name]
    assert not [name for name in names if name in ("a/firmware/main.mpy", "a/firmware/boot.mpy")]


def test_a_second_build_brings_code_and_identity_up_to_date_and_keeps_what_the_box_kept(
    tmp_path: Path, source: Path
) -> None:
    image = tmp_path / "flash.img"
    (source / "firmware" / "old.py").write_text("C = 3")
    write_image(image, {"box_id": "1"}, source)
    write_file(image, "/state/keys", b"kept")
    before = read_file(image, "/a/firmware/board.mpy")
    (source / "firmware" / "old.py").unlink()
    (source / "firmware" / "board.py").write_text("print('twelve')")
    write_image(image, {"box_id": "2"}, source)
    assert read_file(image, "/a/firmware/board.mpy") != before
    assert json.loads(read_file(image, "/identity.json")) == {"box_id": "2"}
    assert read_file(image, "/state/keys") == b"kept"
    with pytest.raises(FileNotFoundError):
        read_file(image, "/a/firmware/old.mpy")


def test_the_same_input_gives_the_same_image(tmp_path: Path, source: Path) -> None:
    write_image(tmp_path / "a", {"box_id": "1"}, source)
    write_image(tmp_path / "b", {"box_id": "1"}, source)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_is_no_image_is_named_and_left_alone(tmp_path: Path, source: Path) -> None:
    for content in (b"", b"no image" * 600):
        image = tmp_path / "flash.img"
        image.write_bytes(content)
        with pytest.raises(FlasherError, match=r"flash\.img is no file system of a box"):
            write_image(image, {"box_id": "1"}, source)
        assert image.read_bytes() == content


def test_micropython_mounts_it_and_writes_to_it(tmp_path: Path, source: Path) -> None:
    image = tmp_path / "flash.img"
    write_image(image, {"box_id": "1"}, source)
    write_file(image, "/state/here", b"")
    ran = subprocess.run(
        [find_micropython(), "-c", MOUNT, image], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "['a', 'boot.py', 'identity.json', 'main.py', 'state']" in ran.stdout
    assert '{"box_id": "1"} 3584' in ran.stdout
    assert read_file(image, "/state/kept") == b"by the box"


def test_source_that_does_not_compile_is_named_with_the_compilers_words(
    tmp_path: Path, source: Path
) -> None:
    (source / "firmware" / "bad.py").write_text("def (:")
    with pytest.raises(FlasherError, match=r"(?s)refuses firmware/bad\.py.*SyntaxError"):
        write_image(tmp_path / "flash.img", {}, source)
    assert not (tmp_path / "flash.img").exists()


def test_a_new_box_is_asked_for_its_bench_test_where_that_is_wanted(
    tmp_path: Path, source: Path
) -> None:
    for asks_bench in (True, False):
        path = tmp_path / "flash.img"
        path.write_bytes(new_image({"box_id": "1"}, source, asks_bench))
        assert ("/state/bench" in files_of(path)) == asks_bench
        assert read_file(path, "/identity.json")
