"""What a new box is made for: its board, what the car has, what the SIM card and its network want.

Never here: keys (store/boxes.py), where the server is (config.py).
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

BoardKind = Literal["lilygo_t_sim7670g_s3", "host"]
BOARDS: tuple[BoardKind, ...] = get_args(BoardKind)
SIMULATED: BoardKind = "host"  # the board that the simulator plays
Reader = Literal["pn532", "wiegand"]
READERS: tuple[Reader, ...] = get_args(Reader)
PdpType = Literal["IP", "IPV6", "IPV4V6"]
PDP_TYPES: tuple[PdpType, ...] = get_args(PdpType)
"""The kinds of address that a network gives, as 27.007 writes them."""

FOR_MODEM = re.compile(r"[ !#-\[\]-~]{1,64}")
"""What an AT command takes between its quotes."""

PIN = re.compile(r"[0-9]{4,8}")
"""What a SIM card takes as its PIN."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What this car has, and the box therefore reads and drives."""

    start_relay: bool = True  # False: a door-only car, whose start nothing interrupts
    ignition_line: bool = True  # False: nothing is ever seen off, so nothing is inhibited by it
    door_contact: bool = False
    key_holder: bool = False
    reader: Reader = "pn532"


@dataclass(frozen=True, slots=True)
class SimCard:
    """What the card in the box and its network want before they let the modem in."""

    apn: str = "internet"  # "": the network's own
    pdp_type: PdpType = "IP"
    apn_user: str = ""  # "": no login
    apn_password: str = ""
    sim_pin: str = ""  # "": none
