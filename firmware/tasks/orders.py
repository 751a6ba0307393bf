"""What the server ordered, and what became of it: numbers in flash before acts, results after.

Which order may be carried out, and what it means to the trip, is commands.py and vehicle.py.
"""

from firmware.logic.access.commands import ORDERS
from firmware.logic.access.learning import Learning
from firmware.tasks.keep import keep
from shared_protocol.messages import COMMAND_LEARN_BADGE
from shared_protocol.records import COMMAND_APPLIED, COMMAND_EXPIRED, COMMAND_PENDING

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.logic.access.commands import Commands, Obeyed
    from firmware.logic.trip.trip import Trip
    from firmware.tasks.parts import Store
    from firmware.tasks.recorder import Recorder
    from shared_protocol.messages import Command

COMMANDS_FILE = "commands"


class Orders:
    """Those of one box, on its flash and in its records; `learning`: the card that is asked for."""

    def __init__(self, commands: "Commands", recorder: "Recorder", state_store: "Store"):
        """Take the parts; nothing is written."""
        self._commands = commands
        self._recorder = recorder
        self._state_store = state_store
        self.learning = Learning()

    @property
    def is_inhibit_pending(self) -> bool:
        """Whether an order to inhibit waits for law 1."""
        return bool(self._commands.pending_id)

    def answer_owed(self, trip: "Trip", contact: int, now_ms: int) -> None:
        """Record what a power loss kept from being recorded of an order's result."""
        self._commands.trip_asks(trip.asked, trip.ordered)
        self.answer(self._commands.owed(contact), now_ms)

    def begin(self, command: "Command", time_s: int, relay: int, now_ms: int) -> bool:
        """Take a new number; False: the order is an old one, or no server's, and is answered."""
        number = command.command_id
        refused = self._commands.refused_as_jump(number, time_s, relay)
        if refused is None and self._commands.begin(number):
            return True
        answer = refused or self._commands.again(number, relay)
        self._recorder.write((answer,), now_ms)
        return False

    def obey(self, command: "Command", time_s: int, relay: int, asked, now_ms: int) -> "Obeyed":
        """Act on an order whose number has begun; `asked`: the records of what the trip says."""
        obeyed = self._commands.obey(
            command, stored=self._keep(), time_s=time_s, relay=relay, asked=asked
        )
        if command.kind in ORDERS:  # it has a number before it is in force: that is a record
            self._keep()
        if command.kind == COMMAND_LEARN_BADGE and obeyed.results[-1].result == COMMAND_PENDING:
            self.learning.begin(command.command_id, command.expires_s - time_s, now_ms)
        return obeyed

    def learned(self, relay: int, now_ms: int) -> None:
        """Answer the order to learn a card: one was read."""
        self.learning.end()
        self.answer(self._commands.learning_ends(COMMAND_APPLIED, relay), now_ms)

    def look(self, relay: int, now_ms: int) -> None:
        """Answer an order to learn a card for which none came in time."""
        if self.learning.is_over(now_ms):
            self.learning.end()
            self.answer(self._commands.learning_ends(COMMAND_EXPIRED, relay), now_ms)

    def trip_did(self, records, relay: int, now_ms: int) -> None:
        """Answer what these records of the trip settle."""
        self.answer(self._commands.trip_did(records, relay), now_ms)

    def theft_done(self, relay: int, now_ms: int) -> None:
        """Answer a theft order: the car is nobody's, and nobody can start it."""
        self.answer(self._commands.theft_done(relay), now_ms)

    def relay_shows(self, contact: int, now_ms: int) -> None:
        """Answer what the relay settles."""
        self.answer(self._commands.relay_shows(contact), now_ms)

    def answer(self, results, now_ms: int) -> None:
        """Record results, in flash before and after: none is lost, none is told twice."""
        if not results:
            return
        self._keep()
        if self._recorder.write(results, now_ms):
            self._commands.recorded()
            self._keep()

    def _keep(self) -> bool:
        """Whether flash holds it; if not, memory has to do till the boot."""
        return keep(self._state_store, COMMANDS_FILE, self._commands.to_bytes())
