"""Acceptance 3: what one badge costs the box's processor, in instructions that valgrind counts.

    python -m tests.benchmarks.access_instructions

500 badges and 64 bookings are on the flash. Counted step by step: the tag of the UID (HMAC), the
grants of that badge and the decision, what the trip makes of it, and the TripStart record encoded,
sealed and put into the journal. The files lie in a folder of the host, so what LittleFS computes is
not counted; world time of tests/benchmarks/badge_latency.py holds what the flash takes. Beside it
stands the sealing of a full frame. What the chip really takes is docs/bench.md's.

Valgrind runs the machine's own words only: `scripts/micropython.sh --both` fetches that
MicroPython; set VOITURIER_MICROPYTHON=.tools/micropython/micropython-64.
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.badge_latency import BADGE_KEY, BADGES, START_S, flash_files, uid_of
from tests.benchmarks.x25519_instructions import CPU_HZ, PER_CYCLE, ROOT, SEALINGS
from tests.benchmarks.x25519_instructions import instructions_each as each

PREPARED = """
import sys
from firmware.drivers.flash_store import FlashStore
from firmware.logic.access.badge_decision import decide
from firmware.logic.access.grants import GrantSet
from firmware.logic.link.journal import Journal
from firmware.logic.trip.trip import (Trip)
from firmware.logic.road.standing import Standing
from firmware.logic.road.whereabouts import Where
from shared_protocol.badges import badge_tag
from shared_protocol.records import to_record
from tests.firmware.logic.storage import MemoryStorage
rounds = int(sys.argv[1])
key, uids = {key!r}, {uids!r}
grants, journal = GrantSet(FlashStore({folder!r})), Journal(MemoryStorage())
where, motion = Where(123456, 480000000, 2000000), Standing(0).motion(0)
for turn in range(rounds):
    uid = uids[turn % len(uids)]
"""
STEPS = (
    ("tag of the badge", "    tag = badge_tag(key, uid)\n"),
    (
        "its grants found, and the decision",
        "    trip = Trip()\n"
        "    verdict = decide(grants, tag, {now_s}, trip.grant, trip.lapsed_grant(tag, {now_s}))\n",
    ),
    (
        "what the trip makes of it",
        "    outcome = trip.other_arrived(tag, verdict, False, motion, where, 0)\n",
    ),
    (
        "its record in the journal",
        "    state = trip.to_bytes()\n"
        "    for record in outcome.records:\n"
        "        journal.append(to_record({now_s}, record), state)\n",
    ),
)


def main() -> None:
    path = f"{ROOT}:.frozen"
    frame = each(SEALINGS, path)
    print(f"to compare with, sealing 1014 bytes: {frame:,.0f} instructions")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in flash_files().items():
            (Path(folder) / name).write_bytes(content)
        uids = [uid_of(number * 37 % BADGES) for number in range(24)]
        program = PREPARED.format(key=BADGE_KEY, uids=uids, folder=folder)
        before = each(program + "    pass\n", path)
        for name, lines in STEPS:
            program += lines.format(now_s=START_S)
            total = each(program, path)
            say(name, total - before, frame)
            before = total
        say("all of it", before, frame)


def say(name: str, count: float, frame: float) -> None:
    best_ms, worst_ms = (1000 * count / CPU_HZ / rate for rate in PER_CYCLE)
    print(
        f"{name}: {count:,.0f} instructions, {count / frame:.2f} sealings;"
        f" {best_ms:.2f} to {worst_ms:.2f} ms at 240 MHz"
    )


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(f"missing: {error.filename}")
