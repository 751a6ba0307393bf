"""What the modem is at this instant, for all its parts to see. Data only: never does anything."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.devices.modem.access import ANYBODY, Access, Context
from simulator.devices.modem.sms_store import Message, SmsStore
from simulator.engine.tcp_link import TcpLink

SIM_STATES = ("ready", "absent", "pin", "puk", "busy", "failure")
READY, ABSENT, PIN_WANTED, PUK_WANTED, BUSY, FAILURE = SIM_STATES

Say = Callable[[str], None]
"""Says one line of text to the box."""

Later = Callable[[float, Callable[[], None]], None]
"""Has something happen after that many seconds, unless the modem loses power before."""


@dataclass
class State:
    """The modem.

    Attributes:
        started_us: when it last started, in microseconds of Unix time.
        covered: whether there is a cell to be found.
        signal: what AT+CSQ says of a cell, 0 to 31.
        sim: the card, one of SIM_STATES; `pin_tries` it grants before its PUK; `pin` opens it.
        pin_locked: whether it wants its PIN at each start.
        access: what the network wants of those whom it lets in.
        contexts: of AT+CGDCONT and AT+CGAUTH by number; kept without power, as `reg_modes` are.
        reg_modes: of AT+CREG, AT+CGREG and AT+CEREG, by "C", "CG", "CE".
        messages: the short messages on the card; `coming`: those that the network still keeps.
        is_on: whether it has started and talks.
        registered: whether it has a cell that lets it in; `attached` with which context 1.
        denied: whether it has found a cell that does not.
        detached: by AT+CGATT=0.
        time_known: whether the network has told the time since its start.
        functionality: AT+CFUN: 0 nearly nothing, 1 all, 4 no radio.
        may_sleep: AT+CSCLK=1; it then hears nothing while DTR is high.
        character_set: of AT+CSCS.
        bearer: whether NETOPEN has succeeded and the modem still believes in it.
        link: the TCP connection of socket 0, if any.
        received: bytes from the server which the box has not fetched yet.
        fetched: whether the box fetches (CIPRXGET=1) or gets bytes pushed.
    """

    started_us: int
    covered: bool = True
    signal: int = 22
    sim: str = READY
    pin_tries: int = 3
    pin: str = "1234"
    pin_locked: bool = False
    access: Access = ANYBODY
    contexts: dict[int, Context] = field(default_factory=lambda: {1: Context()})
    reg_modes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("C", "CG", "CE"), 0))
    messages: SmsStore = field(default_factory=SmsStore)
    coming: list[Message] = field(default_factory=list)
    is_on: bool = False
    registered: bool = False
    attached: Context = field(default_factory=Context)
    denied: bool = False
    detached: bool = False
    time_known: bool = False
    functionality: int = 1
    may_sleep: bool = False
    character_set: str = "IRA"
    bearer: bool = False
    link: TcpLink | None = None
    received: bytes = b""
    fetched: bool = False

    @property
    def radio_works(self) -> bool:
        """Whether it could have a cell."""
        on = self.functionality == 1 and not self.detached
        return self.covered and on and self.sim == READY

    @property
    def ipv6_only(self) -> bool:
        """Whether the network gave it no address of the old kind."""
        kind = self.attached.kind
        return kind == "IPV6" or (kind == "IPV4V6" and self.access.kinds == ("IPV6",))

    def lose_power(self) -> None:
        """Keep the card, what is around the modem, and the settings that it keeps without power."""
        self.is_on = self.registered = self.time_known = self.bearer = False
        self.denied = self.detached = False
        self.lose_sim_power()
        self.may_sleep = self.fetched = False
        self.functionality = 1
        self.character_set = "IRA"
        self.link = None
        self.received = b""

    def lose_sim_power(self) -> None:
        """The card is off, with the modem or by AT+CFUN=0: its PIN is to be given again."""
        if self.pin_locked and self.sim == READY:
            self.sim = PIN_WANTED
