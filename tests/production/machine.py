"""An empty Debian 12 of its own, under its own systemd, at which commands are typed.

Made by mmdebstrap from this machine's own package sources, once: the user's cache keeps it, and the
packages that apt fetches later. It has its own processes, files, names and network; that leads
nowhere but for apt. Needs root; what cannot be had is a permitted skip.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import ROOT, skip_or_fail

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voiturier" / "debian12"
ARCHIVES = CACHE / "archives"
FETCHED = "var/cache/apt/archives"
_BOOT = Path(__file__).with_name("boot.sh")
_BOOT_S = 60
# What a Debian has after its installer, as far as what we type needs it.
_INSTALLED = "systemd-sysv,dbus,adduser,ca-certificates,iproute2,procps"
_PROXIES = ("http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True)
class Machine:
    """A running machine: where its files are here, and its first process."""

    root: Path
    init: int

    def types(self, commands: str, fetches: bool = False, ends: tuple[int, ...] = (0,)) -> str:
        """What a root shell says that runs these and stops at the first that fails.

        Its umask is that of a hardened machine.

        Args:
            commands: lines of a shell.
            fetches: they need a network: this machine's, for so long.
            ends: with which codes the shell may end.
        """
        said = self._run(
            [*self._inside(not fetches), "bash", "-euc", f"umask 077\n{commands}"], ends
        )
        if fetches:
            copy_packages(self.root / FETCHED, ARCHIVES)
        return said

    def visits(self, script: str, *arguments: str) -> str:
        """What a Python program of ours says that runs here, but in the machine's network."""
        inside = ["nsenter", "--target", str(self.init), "--net"]
        return self._run([*inside, sys.executable, "-m", script, *arguments], cwd=ROOT)

    def _inside(self, own_network: bool) -> list[str]:
        namespaces = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", *["--net"] * own_network]
        given = [f"{name}={os.environ[name]}" for name in _PROXIES if name in os.environ]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment = ["HOME=/root", path, "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        where = ["--target", str(self.init), *namespaces, "--root"]
        return ["nsenter", *where, "env", "-i", "--chdir=/root", *environment, *given]

    def _run(self, command: list[str], ends: tuple[int, ...] = (0,), **options: Any) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        assert done.returncode in ends, f"{command[-1]}\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def started(folder: Path) -> Iterator[Machine]:
    """An empty machine in this folder until the test is over; then nothing of it is left."""
    root = folder / "machine"
    root.mkdir()
    subprocess.run(["tar", "-xf", base(), "-C", root], check=True)
    copy_packages(ARCHIVES, root / FETCHED)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    (root / "etc" / "hostname").write_text("parc\n")
    group = _cgroups() / f"voiturier-{os.getpid()}"
    group.mkdir()
    own = ["--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup"]
    # All of it ends with this process, however that ends.
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--kill-child", *own]
    log = folder / "boot.log"
    with log.open("w") as writing:
        inside = ["sh", "-c", 'echo $$ >"$0"; exec "$@"', group / "cgroup.procs"]
        shell = subprocess.Popen(
            [*inside, *command, "sh", _BOOT, root], stdout=writing, stderr=writing
        )
    try:
        machine = Machine(root, _init_of(shell, log))
        _wait_until_up(machine, log)
        yield machine
    finally:
        shell.send_signal(signal.SIGKILL)  # and with it the first process, and so all of them
        shell.wait()
        _remove(group)
        shutil.rmtree(root, ignore_errors=True)


def base() -> Path:
    """The file system of an empty machine, as an archive."""
    for tool in ("mmdebstrap", "unshare", "nsenter"):
        if shutil.which(tool) is None or os.geteuid() != 0:
            skip_or_fail("no Debian of its own: needs root, mmdebstrap and a cgroup2")
    base = CACHE / "base.tar"
    CACHE.mkdir(parents=True, exist_ok=True)
    if not base.exists():
        draft = CACHE / f"draft-{os.getpid()}.tar"
        options = ["--variant=minbase", f"--include={_INSTALLED}"]
        command = ["mmdebstrap", "--quiet", *options, "bookworm", str(draft), _mirror()]
        subprocess.run(command, check=True)
        draft.replace(base)
    return base


def copy_packages(source: Path, target: Path) -> None:
    """Let a machine find what apt fetched for one before it, and the other way round."""
    target.mkdir(parents=True, exist_ok=True)
    for package in source.glob("*.deb"):
        if not (target / package.name).exists():
            draft = target / f"{package.name}.{os.getpid()}"
            shutil.copy(package, draft)
            draft.replace(target / package.name)


def _mirror() -> str:
    """Where this machine's own apt has Debian's packages from."""
    wanted = ["--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    done = subprocess.run(
        ["apt-get", "indextargets", *wanted], capture_output=True, text=True, check=False
    )
    found = sorted({line for line in done.stdout.split("\n") if line and "security" not in line})
    return found[0] if found else skip_or_fail("this machine's apt names no Debian mirror")


def _cgroups() -> Path:
    """Where this machine has its second kind of control groups."""
    for line in Path("/proc/mounts").read_text().split("\n"):
        kind, folder, *_ = line.split(" ")[1:3][::-1] if line else ("", "")
        if kind == "cgroup2":
            return Path(folder)
    skip_or_fail("no Debian of its own: needs root, mmdebstrap and a cgroup2")


def _init_of(shell: "subprocess.Popen[bytes]", log: Path) -> int:
    children = Path(f"/proc/{shell.pid}/task/{shell.pid}/children")
    end = time.monotonic() + _BOOT_S
    while time.monotonic() < end and shell.poll() is None:
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError(log.read_text())


def _wait_until_up(machine: Machine, log: Path) -> None:
    end = time.monotonic() + _BOOT_S
    while True:
        command = [*machine._inside(True), "systemctl", "is-system-running", "--wait"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.stdout.strip() in ("running", "degraded"):
            return
        assert time.monotonic() < end, done.stdout + done.stderr + log.read_text()
        time.sleep(0.1)


def _remove(group: Path) -> None:
    """Remove a group of processes that have ended, from its leaves."""
    for folder, _, _ in os.walk(group, topdown=False):
        end = time.monotonic() + _BOOT_S
        while True:
            try:
                Path(folder).rmdir()
                break
            except OSError:  # the last of them is still being taken away
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
