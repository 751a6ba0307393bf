"""The Containerfile, played: what it makes runs read-only, not as root, and is well."""

import json
import signal
import subprocess
from pathlib import Path

from tests.production import container
from tests.support import ROOT

FILE = ROOT / "packaging" / "Containerfile"
_FLEET = {"sites": [{"code": "PREF", "name": "Parc de la préfecture"}]}


def test_it_names_no_host_and_ends_as_somebody_who_is_not_root() -> None:
    words = dict(container.read(FILE))
    assert words["FROM"] == "debian:12"
    assert words["USER"] not in ("root", "0")


def test_what_it_makes_serves_read_only_says_that_it_is_well_and_stops_when_told(
    tmp_path: Path, release: Path
) -> None:
    image = container.build(FILE, release, tmp_path)
    log = tmp_path / "log"
    (image.root / "fleet.json").write_text(json.dumps(_FLEET))
    with container.run(image, log, "load", "/fleet.json") as loading:
        assert loading.wait(60) == 0, log.read_text()
    with container.run(image, log) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"http: http://0.0.0.0:8080/\n", log.read_text()
        assert server.stdout.readline() == b"boxes: 0.0.0.0:7400\n"
        inside = ["nsenter", "--target", str(server.pid), "--net", "--mount", "chroot", image.root]
        health = subprocess.run([*inside, *image.health()], capture_output=True, check=False)
        assert health.returncode == 0, health.stderr
        written = subprocess.run([*inside, "touch", "/new"], capture_output=True, check=False)
        assert b"Read-only" in written.stderr
        server.send_signal(getattr(signal, image.said["STOPSIGNAL"]))
        assert server.wait(30) == 0
