"""What the bench test says of what it found: each failure, its limit, and what is not claimed."""

from firmware.selftest import judgements
from firmware.selftest.outcomes import FAILED, FAILURES, NOT_FITTED, OK, Result
from shared_protocol.records import (
    OFF_AIR_NO_SIM,
    OFF_AIR_PIN_WANTED,
    OFF_AIR_PIN_WRONG,
    OFF_AIR_SIM_FAILED,
    STARTABLE_IGNITION_ON,
    STARTABLE_MOVES,
    STARTABLE_NO_LINE,
    STARTABLE_NO_SIGN,
)
from shared_protocol.records import RELAY_ENABLED as E
from shared_protocol.records import RELAY_INHIBITED as I
from shared_protocol.records import RELAY_UNKNOWN as UNKNOWN


def told(result: Result) -> str:
    """Its outcome, or the failure that it names."""
    assert result.failure in FAILURES
    assert bool(result.failure) == (result.outcome == FAILED)
    return result.failure or result.outcome


def test_a_reset_by_hand_is_none_of_the_boxs():
    assert [told(judgements.resets(count)) for count in (0, 1, 2)] == [OK, OK, "RESETS_MANY"]
    assert judgements.resets(3).value == "3 resets"


def test_a_flash_is_worn_before_it_is_full():
    assert told(judgements.flash(12_000_000, True)) == OK
    assert told(judgements.flash(1 << 20, True)) == OK
    assert told(judgements.flash((1 << 20) - 1, True)) == "FLASH_FULL"
    assert told(judgements.flash(0, False)) == "FLASH_WORN"


def test_a_board_without_psram_is_the_wrong_one():
    assert told(judgements.memory(8 << 20)) == OK
    assert told(judgements.memory(320_000)) == "WRONG_BOARD"


def test_a_battery_is_flat_where_the_box_would_save_it_and_unwired_below_what_a_box_runs_on():
    limits = {12_000: OK, 11_999: "BATTERY_FLAT", 5_000: "BATTERY_FLAT", 4_999: "BATTERY_NOT_WIRED"}
    for millivolts, outcome in limits.items():
        assert told(judgements.battery(millivolts)) == outcome


def test_what_was_measured_is_shown_in_tenths():
    for millivolts, text in ((12_449, "12.4 V"), (12_450, "12.5 V"), (0, "0.0 V"), (990, "1.0 V")):
        assert judgements.battery(millivolts).value == text
    assert judgements.flash(12_345_678, True).value == "12.3 MB free"
    assert judgements.memory(8 << 20).value == "8.4 MB"


def test_the_ignition_must_be_seen_both_off_and_on():
    seen = {(True, True): OK, (True, False): "IGNITION_NOT_SEEN", (False, True): "IGNITION_STUCK"}
    for (off, on), outcome in seen.items():
        assert told(judgements.ignition(True, off, on)) == outcome


def test_what_is_not_wired_is_neither_well_nor_at_fault():
    for result in (
        judgements.ignition(False, False, False),
        judgements.crank(False, True),
        judgements.door(False, False),
        judgements.relay((UNKNOWN, UNKNOWN, UNKNOWN), False, 0),
        judgements.relay_contact((UNKNOWN, UNKNOWN, UNKNOWN), 0),
    ):
        assert told(result) == NOT_FITTED


def test_crank_and_door_are_seen_or_not():
    assert told(judgements.crank(True, True)) == told(judgements.door(True, True)) == OK
    assert told(judgements.crank(True, False)) == "CRANK_NOT_SEEN"
    assert told(judgements.door(True, False)) == "DOOR_NOT_SEEN"


def test_a_starter_that_turns_pulls_a_battery_down_by_a_volt():
    assert judgements.starter_turned(12_500, 11_500)
    assert not judgements.starter_turned(12_500, 11_501)
    assert not judgements.starter_turned(300, -700), "nothing is wired"


# What the contact shows before, after the release, after the inhibiting pulse -> what is said of
# the relay when nobody saw the starter turn, when it did, and of the contact. STARTABLE_NO_SIGN is
# what law 1 waits for where there was no such pulse.
OF_THE_CONTACT = {
    (I, E, I): (OK, OK, OK),
    (E, E, I): (OK, OK, OK),
    (I, E, E): ("RELAY_DEAD", "RELAY_DEAD", OK),
    (E, E, E): ("RELAY_DEAD", "RELAY_DEAD", "CONTACT_DEAD"),
    (I, I, I): ("RELAY_DEAD", "CONTACT_DEAD", "CONTACT_DEAD"),
    (I, I, E): ("RELAY_REVERSED", "RELAY_REVERSED", OK),
    (E, I, E): ("RELAY_REVERSED", "RELAY_REVERSED", OK),
    (E, I, I): ("RELAY_REVERSED", "RELAY_REVERSED", OK),
    (I, E, UNKNOWN): ("NO_SATELLITES", "NO_SATELLITES", OK),
    (E, E, UNKNOWN): ("NO_SATELLITES", "NO_SATELLITES", "NO_SATELLITES"),
    (I, I, UNKNOWN): ("RELAY_DEAD", "CONTACT_DEAD", "CONTACT_DEAD"),
    (E, I, UNKNOWN): ("RELAY_REVERSED", "RELAY_REVERSED", OK),
    (I, UNKNOWN, UNKNOWN): ("NO_SATELLITES", "NO_SATELLITES", "NO_SATELLITES"),
    (E, UNKNOWN, UNKNOWN): ("NO_SATELLITES", "NO_SATELLITES", "NO_SATELLITES"),
}


def test_each_course_of_the_contact_has_its_word():
    assert len(OF_THE_CONTACT) == 2 * 2 * 3 + 2
    for shown, (unseen, turned, contact) in OF_THE_CONTACT.items():
        assert told(judgements.relay(shown, False, STARTABLE_NO_SIGN)) == unseen, shown
        assert told(judgements.relay(shown, True, STARTABLE_NO_SIGN)) == turned, shown
        assert told(judgements.relay_contact(shown, STARTABLE_NO_SIGN)) == contact, shown


def test_a_relay_that_law_1_kept_says_what_the_law_waited_for():
    waited_for = {
        STARTABLE_NO_LINE: "IGNITION_NOT_SEEN",
        STARTABLE_IGNITION_ON: "IGNITION_STUCK",
        STARTABLE_MOVES: "NO_SATELLITES",
        STARTABLE_NO_SIGN: "NO_SATELLITES",
    }
    for hindrance, failure in waited_for.items():
        assert told(judgements.relay((I, E, UNKNOWN), False, hindrance)) == failure


def test_no_fix_is_the_antennas_only_where_the_receiver_says_so():
    assert judgements.satellites(True, True, 7, b"OK") == Result(OK, "", "7 satellites")
    assert told(judgements.satellites(False, True, 0, b"")) == "NO_SATELLITES"
    assert told(judgements.satellites(False, True, 0, b"INIT")) == "NO_SATELLITES"
    assert told(judgements.satellites(False, True, 0, b"OPEN")) == "ANTENNA_DEAD"
    assert told(judgements.satellites(True, True, 4, b"SHORT")) == "ANTENNA_DEAD"
    assert judgements.satellites(False, False, 0, b"").value == "receiver silent"
    assert told(judgements.clock(True)) == OK
    assert told(judgements.clock(False)) == "CLOCK_UNSET"


def test_each_reason_of_a_card_that_does_not_open_has_its_failure():
    reasons = {
        (OFF_AIR_NO_SIM, b""): "SIM_MISSING",
        (OFF_AIR_SIM_FAILED, b""): "SIM_MISSING",
        (0, b""): "SIM_MISSING",
        (OFF_AIR_SIM_FAILED, b"SIM PUK"): "SIM_LOCKED",
        (OFF_AIR_PIN_WANTED, b"SIM PIN"): "SIM_LOCKED",
        (OFF_AIR_PIN_WRONG, b"SIM PIN"): "SIM_PIN_WRONG",
    }
    for (cause, answer), failure in reasons.items():
        assert told(judgements.sim(cause, answer)) == failure


def test_only_the_packet_cores_refusal_is_the_access_points():
    told_why = {
        b'3,3,"1A2B","01C3F20D",7,0,19': "APN_REFUSED",
        b'3,3,"1A2B","01C3F20D",7,0,8': "NOT_REGISTERED",  # services not allowed
        b'3,3,"1A2B","01C3F20D",7,1,19': "NOT_REGISTERED",  # of the maker's own
        b"3,3": "NOT_REGISTERED",
        b"0,2": "NOT_REGISTERED",
        b"": "NOT_REGISTERED",
    }
    for answer, failure in told_why.items():
        assert told(judgements.registration(answer)) == failure


def test_a_signal_is_weak_at_minus_one_hundred_dbm_and_where_nobody_can_tell():
    assert judgements.signal(b"22,99") == Result(OK, "", "-69 dBm")
    assert told(judgements.signal(b"7,99")) == OK
    assert told(judgements.signal(b"6,99")) == "SIGNAL_WEAK"
    for unknown in (b"99,99", b"", b"none"):
        assert judgements.signal(unknown) == Result(FAILED, "SIGNAL_WEAK", "unknown")
