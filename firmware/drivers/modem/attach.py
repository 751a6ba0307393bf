"""What card and network want of a modem before they let it in: a PIN, an access point, a login.

Steps of a76xx.py over its AT channel: the card is opened, the context held that goes into the
attach, the registration waited for. Says nothing that it gives to the modem, and gives no PIN that
sim_pin.py does not allow.
"""

import asyncio

from firmware.logic.const import const
from firmware.logic.link.modem_states import ModemError
from firmware.logic.link.registration import REFUSED, REGISTERED, registration_state
from shared_protocol.records import (
    OFF_AIR_NETWORK_REFUSED,
    OFF_AIR_NO_SIM,
    OFF_AIR_PIN_WANTED,
    OFF_AIR_PIN_WRONG,
    OFF_AIR_SIM_FAILED,
)

# The A76XX AT manual's longest for a command without the network.
_ANSWER_S = const(9.0)
_SWITCHED_S = const(18.0)  # the radio on or off
_POLL_S = const(1.0)
# A card is busy, or not yet found, for 10 s after its modem's start (python-gsmmodem#10).
_CARD_LOOKS = const(20)
# After so many in a row the network means it: other operators' cells have been tried, too.
_REFUSED_LOOKS = const(90)


async def open_card(channel, sim_pin) -> None:
    """Wait until the card is ready; `sim_pin` is a SimPin, None when the box was given none."""
    given = False
    for _ in range(_CARD_LOOKS):
        told = await _told(channel, "AT+CPIN?", b"+CPIN:")
        if told == b"READY":
            return
        if told == b"SIM PIN" and not given:
            if sim_pin is None:
                raise ModemError("CPIN", OFF_AIR_PIN_WANTED)
            await _give(channel, sim_pin)
            given = True
        await asyncio.sleep(_POLL_S)
    missing = b"not inserted" in channel.error
    raise ModemError("CPIN", OFF_AIR_NO_SIM if missing else OFF_AIR_SIM_FAILED)


async def _give(channel, sim_pin) -> None:
    """Give the PIN where that is allowed; the radio is off, else the modem would attach at once."""
    left = (await _told(channel, "AT+SPIC", b"+SPIC:")).split(b",")[0]
    await channel.command("AT+CFUN=4", _SWITCHED_S)
    try:
        if not sim_pin.begin(int(left) if left.isdigit() else None):
            raise ModemError("")
        await channel.command("AT+CPIN=" + sim_pin.pin, _ANSWER_S)
    except ModemError:
        raise ModemError("CPIN", OFF_AIR_PIN_WRONG) from None
    sim_pin.accepted()


async def hold_context(channel, kind: str, apn: str, user: str, password: str) -> None:
    """Have the modem hold the context that is wanted; where it did not, its radio is off then.

    It keeps it without power. Without `user` there is no login; one that the modem does not tell
    is set each time.
    """
    context = _quoted(kind, apn)
    held = (await _told(channel, "AT+CGDCONT?", b"+CGDCONT: 1,")).lower()
    # An operator's own part may follow the access point (23.003, 9.1).
    if held.replace(b".mnc", b'"').startswith(context.lower().encode()):
        held = await _told(channel, "AT+CGAUTH?", b"+CGAUTH: 1,")
        if user:  # which of the two is told first differs between manuals
            same = held[2:] in (
                _quoted(user, password).encode(),
                _quoted(password, user).encode(),
            )
        else:
            same = held[:1] in (b"", b"0")
        if same:
            return
    # The A76XX takes the password before the user; 3: PAP or CHAP, as the network wants.
    login = "3," + _quoted(password, user) if user else "0"
    for text in ("FUN=4", "GDCONT=1," + context, "GAUTH=1," + login):
        await channel.command("AT+C" + text, _SWITCHED_S)


async def wait_until_registered(channel) -> None:
    """Wait for a cell that lets the modem in, and switch its radio on where there is none yet."""
    for domain in ("", "G", "E"):  # what it tells unasked would wake a box that sleeps
        await channel.command("AT+C" + domain + "REG=0", _ANSWER_S)
    switched_on = False
    refused = 0
    while refused < _REFUSED_LOOKS:
        for domain in ("G", "E"):  # LTE's word counts where both refuse
            name = "+C" + domain + "REG"
            told = await channel.command("AT" + name + "?", _ANSWER_S, (name + ":").encode())
            state = registration_state(told)
            if state in REGISTERED:
                return
        refused = refused + 1 if state in REFUSED else 0
        if not switched_on:
            switched_on = True
            try:
                await channel.command("AT+CFUN=1", _SWITCHED_S)
            except ModemError:
                pass  # after CFUN=4 some refuse it and do it (LilyGo-Modem-Series#463)
        await asyncio.sleep(_POLL_S)
    raise ModemError("CEREG", OFF_AIR_NETWORK_REFUSED)


async def _told(channel, text: str, prefix: bytes) -> bytes:
    """What the modem answers, also where it forgets its OK, as some do; b"" when it refuses."""
    try:
        await channel.command(text, _ANSWER_S, prefix)
    except ModemError:
        pass
    return channel.result


def _quoted(first: str, second: str) -> str:
    return '"{}","{}"'.format(first, second)
