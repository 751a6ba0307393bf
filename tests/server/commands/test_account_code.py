"""`voiturier account code`: with the phone lost, the code also removes the second step."""

import json
import sqlite3
from pathlib import Path

import pytest

from server.cli import main
from server.store.backup import DATABASE
from tests.fleet import FLEET


@pytest.mark.parametrize(("options", "removes"), [((), 0), (("--without-second-factor",), 1)])
def test_a_code_removes_the_second_step_where_that_is_said(
    tmp_path: Path, options: tuple[str, ...], removes: int
) -> None:
    file, data = tmp_path / "fleet.json", tmp_path / "data"
    file.write_text(json.dumps(FLEET))
    main(["load", str(file), "--data", str(data)])
    main(["account", "code", "--login", "marie.leroy", *options, "--data", str(data)])
    with sqlite3.connect(data / DATABASE) as db:
        assert db.execute("SELECT removes_factor FROM reset_code").fetchall() == [(removes,)]
