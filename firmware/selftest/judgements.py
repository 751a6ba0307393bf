"""What the bench test makes of what it found: values in, a Result out. Asks no driver.

A check that cannot be tried for want of another has that one's failure: nothing is claimed that
nobody saw.
"""

from firmware.logic.const import const
from firmware.logic.signs.battery import NOT_WIRED_MV, stage_of
from firmware.selftest.outcomes import NOTHING_FITTED, Result, failed, ok
from shared_protocol.records import (
    OFF_AIR_NO_SIM,
    OFF_AIR_PIN_WANTED,
    OFF_AIR_PIN_WRONG,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    RELAY_UNKNOWN,
    STARTABLE_IGNITION_ON,
    STARTABLE_NO_LINE,
)

# A technician's hand may cost one; the next one is the box's own.
_RESETS_MANY = const(2)
# An update needs a second slot, of half of that; the journal takes what is left.
_FLASH_FULL_BYTES = const(1 << 20)
# The module that a box is made of has 8 MiB (docs/hardware.md). One without any says so in
# firmware/imports.py, as it has not the memory to get here.
_PSRAM_BYTES = const(4 << 20)
# Below it the box would save what is left (logic/signs/battery.py).
_FLAT_STAGE = const(2)
# A starter pulls a car's battery down by 1.5 V and more; lights and glow plugs are on before.
_STARTER_MV = const(1000)
# CSQ, 27.007, 8.5: each step is 2 dB, from -113 dBm on; 99 says nothing.
_UNKNOWN_CSQ = const(99)
_LOWEST_DBM = const(-113)
_WEAK_DBM = const(-100)
# Of 24.301, 9.9.3.9: the cell lets the card in, and the packet core not: its access point.
_ESM_FAILURE = b"19"


def resets(failed_starts: int) -> Result:
    """How many starts in a row ended by themselves before this one."""
    value = "{} resets".format(failed_starts)
    return failed("RESETS_MANY", value) if failed_starts >= _RESETS_MANY else ok(value)


def flash(free_bytes: int, holds: bool) -> Result:
    """What is free, and whether it holds what was written."""
    value = _tenths(free_bytes // 1000, "MB") + " free"
    if not holds:
        return failed("FLASH_WORN", value)
    return ok(value) if free_bytes >= _FLASH_FULL_BYTES else failed("FLASH_FULL", value)


def memory(largest_bytes: int) -> Result:
    """The largest piece of memory that the chip has."""
    value = _tenths(largest_bytes // 1000, "MB")
    return ok(value) if largest_bytes >= _PSRAM_BYTES else failed("WRONG_BOARD", value)


def clock(has_fix: bool) -> Result:
    """Whether satellites have told the time, which comes with the first fix."""
    return ok() if has_fix else failed("CLOCK_UNSET")


def battery(millivolts: int) -> Result:
    """The car's battery at rest."""
    value = _tenths(millivolts, "V")
    if millivolts < NOT_WIRED_MV:
        return failed("BATTERY_NOT_WIRED", value)
    return failed("BATTERY_FLAT", value) if stage_of(millivolts) >= _FLAT_STAGE else ok(value)


def ignition(fitted: bool, seen_off: bool, seen_on: bool) -> Result:
    """Whether the line was seen both ways when somebody turned the key."""
    if not fitted:
        return NOTHING_FITTED
    if not seen_off:
        return failed("IGNITION_STUCK")
    return ok() if seen_on else failed("IGNITION_NOT_SEEN")


def crank(fitted: bool, seen: bool) -> Result:
    """Whether the starter was asked to turn; the line is taken before the relay."""
    if not fitted:
        return NOTHING_FITTED
    return ok() if seen else failed("CRANK_NOT_SEEN")


def starter_turned(resting_mv: int, lowest_mv: int) -> bool:
    """Whether the battery says so; where it does not, nobody knows."""
    return resting_mv >= NOT_WIRED_MV and resting_mv - lowest_mv >= _STARTER_MV


def relay(shown: tuple, turned: bool, hindrance: int) -> Result:
    """Whether the relay does what its coils are told.

    Args:
        shown: what the contact showed before, after the release, and after the inhibiting pulse,
            of records.RELAY_*; RELAY_UNKNOWN where no relay is fitted, or no such pulse was given.
        turned: the starter has turned after the release.
        hindrance: of records.STARTABLE_*, what kept law 1 from allowing it.
    """
    before, released, inhibited = shown
    if before == RELAY_UNKNOWN:
        return NOTHING_FITTED
    if released == RELAY_INHIBITED:
        if RELAY_ENABLED in (before, inhibited):
            return failed("RELAY_REVERSED")
        return failed("CONTACT_DEAD" if turned else "RELAY_DEAD")
    if inhibited == RELAY_UNKNOWN:
        return failed(_wanted_by_law_1(hindrance))
    return ok() if inhibited == RELAY_INHIBITED else failed("RELAY_DEAD")


def relay_contact(shown: tuple, hindrance: int) -> Result:
    """Whether the feedback contact shows both states; the arguments are those of `relay`."""
    before, released, inhibited = shown
    if before == RELAY_UNKNOWN:
        return NOTHING_FITTED
    if RELAY_ENABLED in shown and RELAY_INHIBITED in shown:
        return ok()
    if released != RELAY_INHIBITED and inhibited == RELAY_UNKNOWN:
        return failed(_wanted_by_law_1(hindrance))
    return failed("CONTACT_DEAD")


def _wanted_by_law_1(hindrance: int) -> str:
    """What must be put right before the relay may be inhibited."""
    if hindrance == STARTABLE_NO_LINE:
        return "IGNITION_NOT_SEEN"
    return "IGNITION_STUCK" if hindrance == STARTABLE_IGNITION_ON else "NO_SATELLITES"


def door(fitted: bool, seen: bool) -> Result:
    """Whether the contact was seen open and shut."""
    if not fitted:
        return NOTHING_FITTED
    return ok() if seen else failed("DOOR_NOT_SEEN")


def satellites(has_fix: bool, heard: bool, count: int, antenna: bytes) -> Result:
    """Whether the receiver knows where it is; `heard`: it says anything."""
    value = "{} satellites".format(count) if heard else "receiver silent"
    if antenna in (b"OPEN", b"SHORT"):
        return failed("ANTENNA_DEAD", value)
    return ok(value) if has_fix else failed("NO_SATELLITES", value)


def sim(cause: int, told: bytes) -> Result:
    """Why the card does not open: of records.OFF_AIR_*, and what it answers to AT+CPIN?"""
    if cause == OFF_AIR_PIN_WRONG:
        return failed("SIM_PIN_WRONG")
    if cause == OFF_AIR_PIN_WANTED or told == b"SIM PUK":
        return failed("SIM_LOCKED")
    return failed("SIM_MISSING", "" if cause == OFF_AIR_NO_SIM else "SIM failure")


def registration(told: bytes) -> Result:
    """Why no cell lets the modem in: what follows `+CEREG:` in mode 3 (27.007, 10.1.22)."""
    fields = told.split(b",")
    refused = len(fields) > 6 and fields[5].strip() == b"0" and fields[6].strip() == _ESM_FAILURE
    return failed("APN_REFUSED" if refused else "NOT_REGISTERED")


def signal(told: bytes) -> Result:
    """What follows `+CSQ:`."""
    strength = told.split(b",")[0].strip()
    if not strength.isdigit() or int(strength) >= _UNKNOWN_CSQ:
        return failed("SIGNAL_WEAK", "unknown")
    dbm = _LOWEST_DBM + 2 * int(strength)
    value = "{} dBm".format(dbm)
    return ok(value) if dbm > _WEAK_DBM else failed("SIGNAL_WEAK", value)


def _tenths(thousandths: int, unit: str) -> str:
    """As a person reads it."""
    tenths = (thousandths + 50) // 100
    return "{}.{} {}".format(tenths // 10, tenths % 10, unit)
