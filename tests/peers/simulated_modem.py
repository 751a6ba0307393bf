"""`voiturier-sim device modem` beside a test, and the programs that judge it."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support import skip_or_fail

SENDER = "+33612345678"
TEXT = "Voiture rendue à Évreux, 17 €"


def find(program: str, package: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")
    if found is None:
        skip_or_fail(f"missing program: {program} (Debian package {package})")
    return found


@contextlib.contextmanager
def simulated_modem(*arguments: str) -> Iterator[str]:
    """The modem, with a message that waits for it; gives where it listens."""
    command = [sys.executable, "-m", "simulator", "device", "modem", "--sms", f"{SENDER}:{TEXT}"]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            assert process.wait(10) == 0


def output(command: list[str], folder: Path, **environment: str) -> str:
    """What a program says; it must end by itself and well."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
