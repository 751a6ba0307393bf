"""What the feedback contact shows, and whose doing it is."""

from firmware.logic.access.feedback import Feedback, cause_of
from firmware.logic.access.immobiliser import PULSE_ENABLE, PULSE_INHIBIT
from firmware.logic.access.outcome import (
    CAUSE_COMMAND,
    CAUSE_CONTACT,
    CAUSE_GRANT,
    CAUSE_PARKED,
    CAUSE_TECHNICIAN,
)
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED, RELAY_UNKNOWN, Relay

CAUSES = (CAUSE_GRANT, CAUSE_TECHNICIAN, CAUSE_PARKED, CAUSE_COMMAND, CAUSE_CONTACT)


def test_what_the_contact_shows_at_boot_is_no_news():
    for contact in (RELAY_ENABLED, RELAY_INHIBITED, RELAY_UNKNOWN):
        feedback = Feedback(contact)
        assert feedback.seen(contact, CAUSE_CONTACT) == ()
        assert feedback.shown == contact


def test_a_change_is_told_once_with_its_cause():
    for cause in CAUSES:
        feedback = Feedback(RELAY_INHIBITED)
        assert feedback.seen(RELAY_ENABLED, cause) == (Relay(RELAY_ENABLED, cause),)
        assert feedback.shown == RELAY_ENABLED
        assert feedback.seen(RELAY_ENABLED, CAUSE_CONTACT) == ()
        assert feedback.seen(RELAY_INHIBITED, cause) == (Relay(RELAY_INHIBITED, cause),)


def test_a_pulse_that_moved_nothing_is_no_news():
    for cause in (CAUSE_GRANT, CAUSE_PARKED, CAUSE_COMMAND):
        assert Feedback(RELAY_INHIBITED).seen(RELAY_INHIBITED, cause) == ()


def test_a_technicians_release_is_told_also_when_it_changed_nothing():
    for contact in (RELAY_ENABLED, RELAY_INHIBITED):
        feedback = Feedback(contact)
        told = (Relay(contact, CAUSE_TECHNICIAN),)
        assert feedback.seen(contact, CAUSE_TECHNICIAN) == told
        assert feedback.seen(contact, CAUSE_TECHNICIAN) == told
        assert feedback.seen(contact, CAUSE_CONTACT) == ()


def test_an_inhibit_is_a_commands_doing_while_one_is_pending_and_an_enable_never():
    assert cause_of(PULSE_INHIBIT, True) == CAUSE_COMMAND
    assert cause_of(PULSE_INHIBIT, False) == CAUSE_PARKED
    for inhibit_pending in (True, False):
        assert cause_of(PULSE_ENABLE, inhibit_pending) == CAUSE_GRANT
