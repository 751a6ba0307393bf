"""What a technician reads of a box that is fitted: message ids, by the names of fleet/bench.py.

Complete by test. Never here: translations (locale/).
"""

from collections.abc import Mapping

from server.fleet.bench import Check, Failure, Outcome, Stage
from server.web.i18n import N_

STAGES: Mapping[Stage, str] = {
    "to_fit": N_("to fit"),
    "made": N_("made, to be written"),
    "flashed": N_("written, not tested"),
    "failed": N_("to mend"),
    "tested": N_("tested, not heard yet"),
    "online": N_("in service"),
}

TONES: Mapping[Stage, str] = {
    "to_fit": "quiet",
    "made": "quiet",
    "flashed": "wait",
    "failed": "wait",
    "tested": "good",
    "online": "good",
}
"""Which kind of badge each is."""

NEXT: Mapping[Stage, str] = {
    "to_fit": N_("Connect a board to your computer and write it for this car."),
    "made": N_("Its identity is in a batch or a file: write a board with that."),
    "flashed": N_("Fit the box into the car, then run its test."),
    "failed": N_("See to what failed, then run the test again."),
    "tested": N_("Let the car stand in the open until its box is heard."),
    "online": N_("Nothing: the box is heard. Hold a booked badge to the car to see it open."),
}
"""What is to be done next."""

OUTCOMES: Mapping[Outcome, str] = {
    "ok": N_("all right"),
    "failed": N_("failed"),
    "not_fitted": N_("not fitted"),
    "waiting": N_("waiting"),
}

CHECKS: Mapping[Check, str] = {
    Check.RESETS: N_("Restarts"),
    Check.FLASH: N_("Memory"),
    Check.MEMORY: N_("Working memory"),
    Check.CLOCK: N_("Clock"),
    Check.BATTERY: N_("Battery"),
    Check.IGNITION: N_("Ignition"),
    Check.CRANK: N_("Starter"),
    Check.RELAY: N_("Start relay"),
    Check.RELAY_CONTACT: N_("Contact of the relay"),
    Check.DOOR: N_("Doors"),
    Check.READER: N_("Badge reader"),
    Check.BADGE: N_("Reading a badge"),
    Check.SATELLITES: N_("Satellites"),
    Check.MODEM: N_("Modem"),
    Check.SIM: N_("SIM card"),
    Check.REGISTRATION: N_("Mobile network"),
    Check.SIGNAL: N_("Signal"),
    Check.SERVER: N_("Server"),
}

TO_DO: Mapping[Check, str] = {
    Check.RESETS: N_("the box counts them by itself"),
    Check.FLASH: N_("the box looks by itself"),
    Check.MEMORY: N_("the box looks by itself"),
    Check.CLOCK: N_("comes with the satellites"),
    Check.BATTERY: N_("the box measures by itself"),
    Check.IGNITION: N_("as the box asks: ignition off, then on"),
    Check.CRANK: N_("start the engine"),
    Check.RELAY: N_("ignition off: the box switches it once the car has stood a while"),
    Check.RELAY_CONTACT: N_("the box reads it by itself"),
    Check.DOOR: N_("open a door"),
    Check.READER: N_("the box asks it by itself"),
    Check.BADGE: N_("hold a badge to the reader"),
    Check.SATELLITES: N_("wants open sky; a car that moves ends the test"),
    Check.MODEM: N_("the box asks it by itself"),
    Check.SIM: N_("the modem reads it by itself"),
    Check.REGISTRATION: N_("takes a minute or two"),
    Check.SIGNAL: N_("measured where the car stands"),
    Check.SERVER: N_("comes last"),
}
"""Beside a check that waits: what somebody has to do, if anything."""

WISHES: Mapping[str, str] = {
    "switch off": N_("switch the ignition off"),
    "switch on": N_("switch the ignition on"),
    "start": N_("turn the key to start"),
    "leave it off": N_("leave the ignition off"),
    "open a door": N_("open a door"),
    "shut the doors": N_("shut the doors"),
    "hold a badge": N_("hold a badge to the reader"),
}
"""What the box asks for while a check waits, by its own words."""

FAILURES: Mapping[Failure, str] = {
    Failure.RESETS_MANY: N_("The box keeps restarting."),
    Failure.FLASH_WORN: N_("The memory of the box is worn."),
    Failure.FLASH_FULL: N_("The memory of the box is full."),
    Failure.WRONG_BOARD: N_("The board has too little working memory."),
    Failure.CLOCK_UNSET: N_("The box does not know the time."),
    Failure.BATTERY_FLAT: N_("The battery of the car is low."),
    Failure.BATTERY_NOT_WIRED: N_("The box does not see the battery."),
    Failure.IGNITION_NOT_SEEN: N_("The box did not see the ignition."),
    Failure.IGNITION_STUCK: N_("The box sees the ignition on, whatever the key does."),
    Failure.CRANK_NOT_SEEN: N_("The box did not see the starter turn."),
    Failure.RELAY_REVERSED: N_("The relay works the wrong way round."),
    Failure.RELAY_DEAD: N_("The relay does not switch."),
    Failure.CONTACT_DEAD: N_("The contact of the relay does not answer."),
    Failure.DOOR_NOT_SEEN: N_("The box saw no door open."),
    Failure.READER_SILENT: N_("The badge reader does not answer."),
    Failure.BADGE_NOT_SEEN: N_("No badge was read."),
    Failure.ANTENNA_DEAD: N_("The satellite antenna is not there."),
    Failure.NO_SATELLITES: N_("The box finds no satellites."),
    Failure.MODEM_SILENT: N_("The modem does not answer."),
    Failure.SIM_MISSING: N_("There is no SIM card."),
    Failure.SIM_PIN_WRONG: N_("The PIN of the SIM card is wrong."),
    Failure.SIM_LOCKED: N_("The SIM card is locked."),
    Failure.NOT_REGISTERED: N_("No mobile network lets the box in."),
    Failure.APN_REFUSED: N_("The network refuses the access point."),
    Failure.SIGNAL_WEAK: N_("The mobile signal is weak here."),
    Failure.SERVER_UNREACHABLE: N_("The box does not reach the server."),
    Failure.SERVER_REFUSES: N_("The server refuses the box."),
}

CHECK_THIS: Mapping[Failure, str] = {
    Failure.RESETS_MANY: N_("Its supply drops out: check the fuse, the ground and the plug."),
    Failure.FLASH_WORN: N_("Take another board, and write it for this car."),
    Failure.FLASH_FULL: N_("Let it reach the server first; if this comes back, write it anew."),
    Failure.WRONG_BOARD: N_("Take a board whose module is the N16R8 of the hardware guide."),
    Failure.CLOCK_UNSET: N_("See to the satellites first: the time comes with them."),
    Failure.BATTERY_FLAT: N_("Charge it, then run the test again."),
    Failure.BATTERY_NOT_WIRED: N_("Check the wire to terminal 30 and the divider before the box."),
    Failure.IGNITION_NOT_SEEN: N_("Check the wire to terminal 15, then switch on and off again."),
    Failure.IGNITION_STUCK: N_("The wire is on terminal 30, or shorted: move it to terminal 15."),
    Failure.CRANK_NOT_SEEN: N_("Check the wire to terminal 50, then start the engine once."),
    Failure.RELAY_REVERSED: N_("Swap the wires of its two coils, enable and inhibit."),
    Failure.RELAY_DEAD: N_("Check its plug, its supply and the wires of its two coils."),
    Failure.CONTACT_DEAD: N_("Check the wires of the contact: it has to open and to close."),
    Failure.DOOR_NOT_SEEN: N_("Check the wire of the door contact, then open and shut a door."),
    Failure.READER_SILENT: N_("Check its plug and its wires; a PN532 has to be set to I2C."),
    Failure.BADGE_NOT_SEEN: N_(
        "Hold the card flat; put the reader behind glass that has no coating."
    ),
    Failure.ANTENNA_DEAD: N_("Plug it in until it clicks; see that its cable is not crushed."),
    Failure.NO_SATELLITES: N_("Drive into the open, the antenna towards the sky; wait 5 minutes."),
    Failure.MODEM_SILENT: N_("Take the supply away for a minute; then take another board."),
    Failure.SIM_MISSING: N_("Put it in, the right way round, until it holds."),
    Failure.SIM_PIN_WRONG: N_("It is tried once only: write the box anew with the right PIN."),
    Failure.SIM_LOCKED: N_("Unlock it in a telephone by its PUK, or take another."),
    Failure.NOT_REGISTERED: N_(
        "Check the modem’s antenna, and that the operator has the card in use."
    ),
    Failure.APN_REFUSED: N_("Ask who runs the server for the right one, then write the box anew."),
    Failure.SIGNAL_WEAK: N_("Move the modem’s antenna away from metal, or try it outdoors."),
    Failure.SERVER_UNREACHABLE: N_(
        "Ask who runs the server: is its port for boxes open from outside?"
    ),
    Failure.SERVER_REFUSES: N_("Look whether this box was replaced; then write the board anew."),
}
"""What to look at, in the order of what it mostly is."""
