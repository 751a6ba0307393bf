"""The command `voiturier-sim`: reads arguments, prints results and errors. Simulates nothing."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from flasher.errors import FlasherError
from simulator.commands.badge import play_badge
from simulator.commands.drive import drive, read_badge, read_driver
from simulator.commands.gnss import Receiver, play_drive, play_log
from simulator.commands.modem import play_modem
from simulator.devices.gnss import FAULTS as GNSS_FAULTS
from simulator.devices.gnss import RATES_HZ, START_S
from simulator.devices.gnss_sentences import TALKERS
from simulator.devices.modem.faults import FAULTS as MODEM_FAULTS
from simulator.devices.modem.surroundings import Surroundings
from simulator.errors import InputError, SimulatorError
from simulator.play.player import play
from simulator.play.reading import FORM, built_in, read
from simulator.play.replay import replay
from simulator.play.words.registry import explained
from simulator.road.roads import PLACES

_FAILED = 1
_BAD_INPUT = 2


def main() -> None:
    """Run the command line; exits with 0, 1 (it failed) or 2 (bad input)."""
    signal.signal(signal.SIGTERM, _interrupt)
    arguments = _parser().parse_args()
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(0)
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except InputError as error:
        print(f"voiturier-sim: {error}", file=sys.stderr)
        sys.exit(_BAD_INPUT)
    except (SimulatorError, FlasherError) as error:
        print(f"voiturier-sim: {error}", file=sys.stderr)
        sys.exit(_FAILED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voiturier-sim", description="Plays the hardware around the real firmware."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    replaying = commands.add_parser(
        "replay",
        help="one booked trip over a recorded log",
        description="Replays an NMEA log as one booked trip through the real firmware and a real "
        "server with a temporary database, in virtual time, and prints its figures as JSON.",
    )
    replaying.add_argument("file", type=Path, metavar="FILE.nmea")
    replaying.add_argument("--json", action="store_true", help="on one line, for programs")
    replaying.add_argument("--verbose", action="store_true", help="say on stderr how far it is")
    replaying.set_defaults(run=_replay)

    running = commands.add_parser(
        "run",
        help="a scenario: who does what when, and what is expected of it",
        description="Plays a scenario through the real firmware and a real server with a temporary "
        "database, in virtual time. Prints what happened as a timeline, then the figures as JSON; "
        "ends with 1 when an expectation did not hold.",
    )
    running.add_argument(
        "scenario", nargs="?", metavar="SCENARIO", help="a name of --list or a file"
    )
    running.add_argument("--list", action="store_true", help="the scenarios that come along")
    running.add_argument(
        "--words", action="store_true", help="how to write one: its form, its words"
    )
    running.add_argument("--seed", type=int, default=1, help="another seed, another day (1)")
    running.add_argument("--json", action="store_true", help="the figures on stdout, nothing else")
    running.set_defaults(run=_run)

    device = commands.add_parser("device", help="one device alone, on a pty")
    devices = device.add_subparsers(required=True, metavar="DEVICE")
    broken = "what is wrong with it from the start on: "
    gnss = devices.add_parser(
        "gnss",
        help="a GNSS receiver that plays a log, or drives",
        description="Prints a pty's path, then plays a log on it once, at 1x by its own times, or "
        "says where a car is that drives to and fro between two places round Le Mans.",
    )
    what = gnss.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", metavar="FILE.nmea", help="the log to play")
    places = f"instead of a log, drive between two of {', '.join(PLACES)}"
    what.add_argument("--drive", nargs=2, metavar=("FROM", "TO"), help=places)
    rate = "fixes a second of a drive (%(default)s)"
    gnss.add_argument("--rate", type=int, choices=RATES_HZ, default=1, help=rate)
    talker = "whose satellites its sentences name: GN all, GP GPS, GL GLONASS ... (%(default)s)"
    gnss.add_argument("--talker", choices=TALKERS, default="GN", help=talker)
    gnss.add_argument(
        "--full", action="store_true", help="say VTG, GSA, GSV and GLL beside RMC and GGA"
    )
    first_fix = ", ".join(f"{name} {seconds:g} s" for name, seconds in START_S.items())
    gnss.add_argument(
        "--start",
        choices=tuple(START_S),
        default="warm",
        help=f"how long the first fix takes: {first_fix} (%(default)s)",
    )
    gnss.add_argument("--fault", metavar="NAME", help=broken + ", ".join(GNSS_FAULTS))
    gnss.add_argument("--seed", type=int, default=1, help="other lights on the road")
    gnss.set_defaults(run=_gnss)

    modem = devices.add_parser(
        "modem",
        help="an LTE modem that answers AT commands",
        description="Prints where it listens, then answers AT commands at 1x until interrupted. "
        "Its TCP connections are real.",
    )
    modem.add_argument("--socket", metavar="PATH", help="a Unix socket (or @NAME), not a pty")
    modem.add_argument("--fault", metavar="NAME", help=broken + ", ".join(MODEM_FAULTS))
    modem.add_argument(
        "--sms",
        action="append",
        default=[],
        metavar="SENDER:TEXT",
        help="a short message that waits for it; may be repeated",
    )
    modem.add_argument("--trace", action="store_true", help="show on stderr what passes")
    modem.add_argument(
        "--held-apn", default="", metavar="APN", help="of its context 1, from before (blank)"
    )
    modem.add_argument("--wanted-apn", metavar="APN", help="the only one that may attach (any)")
    modem.add_argument(
        "--wanted-login", metavar="USER:PASSWORD", help="that the network wants at the attach"
    )
    modem.add_argument("--ipv6-only", action="store_true", help="no other addresses are given")
    modem.add_argument("--roaming", action="store_true", help="the network is not the card's own")
    modem.add_argument("--sim-pin", metavar="PIN", help="that the card wants at each start (none)")
    modem.add_argument(
        "--registration-mode",
        type=int,
        choices=range(5),
        default=0,
        help="of AT+CREG, CGREG and CEREG, as somebody left it (%(default)s)",
    )
    modem.set_defaults(run=_modem)

    badge = devices.add_parser(
        "badge",
        help="a PN532 badge reader with one or two badges on it",
        description="Prints a pty's path, then answers there as a PN532 over its serial line "
        "(115200 baud), with this badge in its field.",
    )
    badge.add_argument(
        "--uid",
        required=True,
        action="append",
        metavar="HEX[:KEY]",
        help="4, 7 or 10 bytes, and the AES key of a card that proves itself; may be repeated",
    )
    badge.set_defaults(run=_badge)

    bench = commands.add_parser(
        "bench",
        help="a board on a desk and a car round it, for ./flash.sh",
        description="Prints a pty's path, then answers there as a board in its chip's loader, for "
        "esptool and ./flash.sh. Once it is a whole box and nobody has the port open, the real "
        "firmware starts from that flash, its console is at the same port, and somebody in the "
        "car does what its bench test asks for. Until interrupted, at 1x. Needs what "
        "scripts/setup.sh dev installs.",
    )
    bench.add_argument(
        "--flash", type=Path, metavar="FILE", help="where its flash is kept (made if missing)"
    )
    bench.add_argument("--chip", default="esp32s3", help="as esptool calls it (%(default)s)")
    bench.add_argument("--flash-mb", type=int, choices=(4, 8, 16), default=16, help="(%(default)s)")
    bench.add_argument(
        "--pulled-after",
        type=int,
        metavar="BYTES",
        help="that it hears: then its cable is pulled and plugged in again, at a new path",
    )
    bench.add_argument(
        "--faults",
        default="",
        metavar="NAME[,NAME]",
        help="what is wrong with board and car; an unknown name is answered with those there are",
    )
    bench.add_argument(
        "--badge", metavar="HEX", help="that is held to the reader when one is wanted (none)"
    )
    bench.add_argument("--seed", type=int, default=1, help="of what is left to chance")
    bench.set_defaults(run=_bench)

    driving = commands.add_parser(
        "drive",
        help="cars that drive about, at 1x, against a running server",
        description="Runs cars with the real firmware against a server's boxes' port until "
        "interrupted.",
    )
    driving.add_argument("--boxes", required=True, metavar="HOST:PORT", help="the boxes' port")
    driving.add_argument(
        "--car",
        required=True,
        action="append",
        metavar="IDENTITY.json:BADGEHEX",
        help="a box's identity file and the driver's badge; may be repeated",
    )
    driving.add_argument("--seed", type=int, default=1, help="another seed, other roads")
    driving.set_defaults(run=_drive)
    return parser


def _gnss(arguments: argparse.Namespace) -> None:
    if arguments.file is not None:
        play_log(arguments.file)
        return
    wanted = Receiver(
        arguments.rate, arguments.talker, arguments.full, arguments.start, arguments.fault
    )
    play_drive(tuple(arguments.drive), wanted, arguments.seed)


def _modem(arguments: argparse.Namespace) -> None:
    surroundings = Surroundings(
        arguments.held_apn,
        arguments.wanted_apn,
        arguments.wanted_login,
        arguments.ipv6_only,
        arguments.roaming,
        arguments.sim_pin,
        arguments.registration_mode,
    )
    play_modem(arguments.socket, arguments.fault, arguments.sms, arguments.trace, surroundings)


def _badge(arguments: argparse.Namespace) -> None:
    try:
        badges = [tuple(map(bytes.fromhex, text.split(":"))) for text in arguments.uid]
    except ValueError:
        raise InputError(f"--uid takes hexadecimal digits, not {arguments.uid}") from None
    play_badge([(uid, key[0] if key else None) for uid, *key in badges])


def _bench(arguments: argparse.Namespace) -> None:
    try:
        from simulator.commands.bench import Wanted, play_bench
    except ModuleNotFoundError:  # the mocked loader is no part of what a server installs
        raise InputError("bench needs more packages: run scripts/setup.sh dev") from None
    play_bench(
        Wanted(
            arguments.chip,
            arguments.flash_mb,
            arguments.flash,
            arguments.pulled_after,
            [name for name in arguments.faults.split(",") if name],
            None if arguments.badge is None else read_badge(arguments.badge),
            arguments.seed,
        )
    )


def _replay(arguments: argparse.Namespace) -> None:
    def say(text: str) -> None:
        if arguments.verbose:
            print(text, file=sys.stderr, flush=True)

    result = replay(arguments.file, say)
    print(json.dumps(result, indent=None if arguments.json else 2, ensure_ascii=False))


def _run(arguments: argparse.Namespace) -> None:
    if arguments.list:
        for name in built_in():
            print(f"{name:<24} {read(name).about}")
        return
    if arguments.words:
        print("\n".join((FORM, *explained())))
        return
    if arguments.scenario is None:
        raise InputError("run takes a scenario: a name of `voiturier-sim run --list`, or a file")
    wanted = read(arguments.scenario)
    stream = sys.stderr if arguments.json else sys.stdout
    if not arguments.json:
        print(f"{wanted.name}: {wanted.about}")
    played = play(wanted, lambda line: print(line, file=stream, flush=True), arguments.seed)
    figures = played.figures | {"failures": played.failures}
    print(json.dumps(figures, indent=None if arguments.json else 2, ensure_ascii=False))
    if played.failures:
        raise SimulatorError(
            f"{wanted.name}: expectations that did not hold: {len(played.failures)}"
        )


def _drive(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.boxes.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InputError(f"--boxes takes HOST:PORT, not {arguments.boxes!r}")
    drivers = [read_driver(text) for text in arguments.car]
    drive((host, int(port)), drivers, arguments.seed)
