"""`python -m tests.fuzz [TARGET...] [--seconds N | --runs N] [--seed N]`: fuzzes with atheris.

Each target runs in a process of its own, as libFuzzer wants it, for a minute unless told
otherwise. Prints executions, code edges reached and failures; ends with 1 when a target failed and
says where the input that did it was kept.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("frames", "message", "record", "grants", "stranger", "insider")
_VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (%(default)s)")
    parser.add_argument("--runs", type=int, help="executions for each target instead of a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.targets) - set(NAMES):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if arguments.inside:
        _fuzz_here(arguments.targets[0], arguments)
    failed = [name for name in arguments.targets or NAMES if not _fuzz(name, arguments)]
    sys.exit(1 if failed else 0)


def _fuzz(name: str, arguments: argparse.Namespace) -> bool:
    """Fuzz one target in a process of its own; print its figures, tell whether it held."""
    limit = ["--seconds", str(arguments.seconds)]
    if arguments.runs is not None:
        limit = ["--runs", str(arguments.runs)]
    command = [sys.executable, "-m", "tests.fuzz", name, *limit, "--seed", str(arguments.seed)]
    ran = subprocess.run(
        [*command, "--inside"], capture_output=True, text=True, errors="replace", check=False
    )
    done = re.findall(r"^#(\d+)\s+\w+\s+cov: (\d+)", ran.stderr, re.MULTILINE)
    executions, edges = done[-1] if done else ("0", "0")
    print(
        f"{name:<10} {executions:>9} executions  {edges:>5} edges  seed {arguments.seed}  ", end=""
    )
    # atheris tells the exception on one stream, libFuzzer the input that raised it on the other.
    told = f"FAILED\n{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
    print("ok" if ran.returncode == 0 else told, flush=True)
    return ran.returncode == 0


def _fuzz_here(name: str, arguments: argparse.Namespace) -> None:
    import atheris  # type: ignore[import-not-found]  # only where scripts/peers.sh found it built

    with atheris.instrument_imports(include=["shared_protocol"]):
        from tests.fuzz.targets import TARGETS

    limit = f"-runs={arguments.runs}" if arguments.runs else f"-max_total_time={arguments.seconds}"
    kept = Path(tempfile.gettempdir()) / f"voiturier-fuzz-{name}-"
    with tempfile.TemporaryDirectory() as corpus:
        _seed_corpus(Path(corpus))
        options = [corpus, limit, f"-seed={arguments.seed}", "-max_len=1100"]
        atheris.Setup([name, *options, f"-artifact_prefix={kept}"], TARGETS[name])
        atheris.Fuzz()


def _seed_corpus(folder: Path) -> None:
    """Begin with the golden vectors: every message, record and frame there is."""
    found = set()
    for path in _VECTORS.glob("*.json"):
        found |= set(re.findall(r'"(?:hex|frame|plain)": "([0-9a-f]+)"', path.read_text()))
    for number, text in enumerate(sorted(found)):
        (folder / str(number)).write_bytes(bytes.fromhex(text))


if __name__ == "__main__":
    main()
