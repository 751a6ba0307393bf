"""The flash image: what the box finds on it."""

import json

import pytest

from flasher.image import read_file, write_image
from simulator.errors import SimulatorError


@pytest.fixture
def source(tmp_path):
    (tmp_path / "code" / "firmware").mkdir(parents=True)
    (tmp_path / "code" / "shared_protocol").mkdir()
    for name in ("boot.py", "main.py"):
        (tmp_path / "code" / "firmware" / name).write_text(f"'{name}'")
    (tmp_path / "code" / "firmware" / "board.py").write_text("A = 1")
    (tmp_path / "code" / "shared_protocol" / "codec.py").write_text("B = 2")
    return tmp_path / "code"


def test_it_mirrors_the_repository_with_bytecode_below_the_root(tmp_path, source):
    image = tmp_path / "flash.img"
    write_image(image, {"epoch": 1}, source)
    assert read_file(image, "/boot.py") == b"'boot.py'"
    assert read_file(image, "/firmware/board.mpy")[:1] == b"M"
    assert read_file(image, "/shared_protocol/codec.mpy")[:1] == b"M"
    assert json.loads(read_file(image, "/identity.json")) == {"epoch": 1}


def test_a_second_build_brings_code_and_identity_up_to_date(tmp_path, source):
    image = tmp_path / "flash.img"
    write_image(image, {"epoch": 1}, source)
    before = read_file(image, "/firmware/board.mpy")
    (source / "firmware" / "board.py").write_text("print('twelve')")
    write_image(image, {"epoch": 2}, source)
    assert read_file(image, "/firmware/board.mpy") != before
    assert json.loads(read_file(image, "/identity.json")) == {"epoch": 2}


def test_the_same_input_gives_the_same_image(tmp_path, source):
    write_image(tmp_path / "a", {"epoch": 1}, source)
    write_image(tmp_path / "b", {"epoch": 1}, source)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_source_that_does_not_compile_is_named_with_the_compilers_words(tmp_path, source):
    (source / "firmware" / "bad.py").write_text("def (:")
    with pytest.raises(SimulatorError, match=r"firmware\.bad, line 1: SyntaxError"):
        write_image(tmp_path / "flash.img", {}, source)
    assert not (tmp_path / "flash.img").exists()
