"""What a modem finds: card, network, and what somebody left in it. Plays nothing."""

from dataclasses import dataclass

from simulator.devices.modem.access import KINDS, Access, Context
from simulator.devices.modem.state import PIN_WANTED, READY, State


@dataclass(frozen=True)
class Surroundings:
    """What the modem holds from before, and what card and network want of it.

    Attributes:
        held_apn: of its context 1, as it kept it without power.
        wanted_apn, wanted_login: that the network lets in ("USER:PASSWORD"); None: all.
        ipv6_only: whether the network gives no other address.
        roaming: whether it is another operator's.
        pin: of the card, which wants it; None: it wants none.
        registration_mode: of AT+CREG, AT+CGREG and AT+CEREG, as somebody left it.
    """

    held_apn: str = ""
    wanted_apn: str | None = None
    wanted_login: str | None = None
    ipv6_only: bool = False
    roaming: bool = False
    pin: str | None = None
    registration_mode: int = 0

    def put_round(self, state: State) -> None:
        """Have the modem find them so."""
        user, _, password = (self.wanted_login or "").partition(":")
        state.contexts[1] = Context("IP", self.held_apn)
        state.access = Access(
            self.wanted_apn,
            (user, password) if user else None,
            ("IPV6",) if self.ipv6_only else KINDS,
            5 if self.roaming else 1,
        )
        state.pin_locked = self.pin is not None
        state.pin = self.pin or state.pin
        state.sim = PIN_WANTED if state.pin_locked else READY
        for domain in state.reg_modes:
            most = 3 if domain == "C" else 4
            state.reg_modes[domain] = min(self.registration_mode, most)
