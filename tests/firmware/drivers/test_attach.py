"""What a modem is told before it attaches: as little as it needs, in an order that is safe."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from firmware.drivers.modem import attach
from firmware.drivers.modem.at_channel import AtChannel
from firmware.logic.link.modem_states import ModemError
from firmware.logic.link.sim_pin import SimPin
from shared_protocol import records
from tests.firmware.drivers.scripted import ScriptedStream
from tests.firmware.logic.storage import MemoryStorage

REFUSED = b"\r\n+CME ERROR: "


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach, "_POLL_S", 0)


class Modem(ScriptedStream):
    """Answers each command by its table, and the last of several answers for ever; else OK."""

    def __init__(self, **answers: str | list[str]) -> None:
        super().__init__()
        self._table = {
            command.replace("_read", "?"): [line] if isinstance(line, str) else list(line)
            for command, line in answers.items()
        }

    def write(self, data: bytes) -> None:
        said = data.decode().strip().removeprefix("AT+")
        self.said.append(said.encode())
        answers = self._table.get(said.split("=")[0], [""])
        line = answers.pop(0) if len(answers) > 1 else answers[0]
        if line.startswith("ERROR "):
            self.hear(REFUSED + line.removeprefix("ERROR ").encode() + b"\r\n")
        else:
            self.hear(f"\r\n{line}\r\n\r\nOK\r\n".encode() if line else b"\r\nOK\r\n")


@asynccontextmanager
async def channel_of(modem: Modem) -> AsyncIterator[AtChannel]:
    channel = AtChannel(modem)
    task = asyncio.create_task(channel.run())
    try:
        yield channel
    finally:
        task.cancel()


async def said_to(modem: Modem, step: Callable[[AtChannel], Awaitable[None]]) -> list[str]:
    async with channel_of(modem) as channel:
        await step(channel)
    return [each.decode() for each in modem.said]


async def cause_of(modem: Modem, step: Callable[[AtChannel], Awaitable[None]]) -> int:
    with pytest.raises(ModemError) as caught:
        await said_to(modem, step)
    for secret in ("4321", "s3cret", "fleet.example"):
        assert secret not in str(caught.value)
    return caught.value.cause


# The card


def opening(pin: str = "", storage: MemoryStorage | None = None):  # type: ignore[no-untyped-def]
    sim_pin = SimPin(storage or MemoryStorage(), pin) if pin else None
    return lambda channel: attach.open_card(channel, sim_pin)


async def test_a_card_that_wants_nothing_is_asked_once() -> None:
    assert await said_to(Modem(CPIN_read="+CPIN: READY"), opening("4321")) == ["CPIN?"]


async def test_a_busy_card_is_waited_for() -> None:
    modem = Modem(CPIN_read=["ERROR SIM busy", "ERROR SIM busy", "+CPIN: READY"])
    assert await said_to(modem, opening()) == ["CPIN?"] * 3


async def test_a_pin_is_given_once_with_the_radio_off_and_the_card_waited_for() -> None:
    locked = "+CPIN: SIM PIN"
    modem = Modem(CPIN_read=[locked, locked, "+CPIN: READY"], SPIC="+SPIC: 3,10,3,10")
    said = await said_to(modem, opening("4321"))
    assert said == ["CPIN?", "SPIC", "CFUN=4", "CPIN=4321", "CPIN?", "CPIN?"]


@pytest.mark.parametrize("tries", ["+SPIC: 3,10,3,10", "ERROR unknown"])
async def test_a_pin_that_is_refused_is_named_and_not_given_at_the_next_start(tries: str) -> None:
    storage = MemoryStorage()
    for given, left in ((True, tries), (False, tries.replace("3,10,3", "2,10,3"))):
        modem = Modem(CPIN_read="+CPIN: SIM PIN", SPIC=left, CPIN="ERROR incorrect password")
        assert await cause_of(modem, opening("4321", storage)) == records.OFF_AIR_PIN_WRONG
        assert (b"CPIN=4321" in modem.said) == given


async def test_a_card_with_one_try_left_gets_no_pin() -> None:
    modem = Modem(CPIN_read="+CPIN: SIM PIN", SPIC="+SPIC: 1,10,3,10")
    assert await cause_of(modem, opening("4321")) == records.OFF_AIR_PIN_WRONG
    assert b"CPIN=4321" not in modem.said


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ("+CPIN: SIM PIN", records.OFF_AIR_PIN_WANTED),
        ("+CPIN: SIM PUK", records.OFF_AIR_SIM_FAILED),
        ("ERROR SIM not inserted", records.OFF_AIR_NO_SIM),
        ("ERROR SIM failure", records.OFF_AIR_SIM_FAILED),
        ("ERROR SIM busy", records.OFF_AIR_SIM_FAILED),
        ("", records.OFF_AIR_SIM_FAILED),
    ],
)
async def test_each_state_of_a_card_that_does_not_open_has_its_cause(told: str, cause: int) -> None:
    assert await cause_of(Modem(CPIN_read=told), opening()) == cause


# The context

SET = ["CFUN=4", 'CGDCONT=1,"IP","fleet.example"', "CGAUTH=1,0"]


def holding(kind: str = "IP", user: str = "", password: str = ""):  # type: ignore[no-untyped-def]
    return lambda channel: attach.hold_context(channel, kind, "fleet.example", user, password)


@pytest.mark.parametrize(
    "held",
    [
        '+CGDCONT: 1,"IP","fleet.example","0.0.0.0",0,0,,,,',
        '+CGDCONT: 1,"IP","Fleet.Example","10.0.0.7",0,0\r\n+CGDCONT: 8,"IPV4V6","ims","",0,0',
        '+CGDCONT: 1,"IP","fleet.example.mnc001.mcc001.gprs","10.0.0.7",0,0',
    ],
)
@pytest.mark.parametrize("login", ["+CGAUTH: 1,0", "", "ERROR operation not supported"])
async def test_a_context_that_is_held_is_left_alone(held: str, login: str) -> None:
    modem = Modem(CGDCONT_read=held, CGAUTH_read=login)
    assert await said_to(modem, holding()) == ["CGDCONT?", "CGAUTH?"]


@pytest.mark.parametrize(
    "held",
    [
        '+CGDCONT: 1,"IP","","0.0.0.0",0,0',
        '+CGDCONT: 1,"IP","stale.example","0.0.0.0",0,0',
        '+CGDCONT: 1,"IP","fleet.example.org","0.0.0.0",0,0',
        '+CGDCONT: 1,"IPV4V6","fleet.example","0.0.0.0",0,0',
        '+CGDCONT: 2,"IP","fleet.example","0.0.0.0",0,0',
        "",
        "ERROR SIM busy",
    ],
)
async def test_another_context_or_none_is_set_with_the_radio_off(held: str) -> None:
    modem = Modem(CGDCONT_read=held, CGAUTH_read="+CGAUTH: 1,0")
    assert (await said_to(modem, holding()))[-3:] == SET


HELD = '+CGDCONT: 1,"IP","fleet.example","0.0.0.0",0,0'


@pytest.mark.parametrize("held", ['1,3,"box","s3cret"', '1,1,"s3cret","box"'])
async def test_a_login_that_is_held_is_left_alone_whichever_is_told_first(held: str) -> None:
    modem = Modem(CGDCONT_read=HELD, CGAUTH_read="+CGAUTH: " + held)
    assert await said_to(modem, holding("IP", "box", "s3cret")) == ["CGDCONT?", "CGAUTH?"]


@pytest.mark.parametrize(
    "held", ["1,0", '1,3,"box","former"', '1,1,"box"', '2,3,"box","s3cret"', '1,3,"",""']
)
async def test_another_login_or_one_that_is_not_told_is_set(held: str) -> None:
    modem = Modem(CGDCONT_read=HELD, CGAUTH_read="+CGAUTH: " + held)
    said = await said_to(modem, holding("IP", "box", "s3cret"))
    assert said[-3:] == [*SET[:2], 'CGAUTH=1,3,"s3cret","box"']


async def test_a_login_that_nobody_wants_any_more_is_taken_away() -> None:
    modem = Modem(CGDCONT_read=HELD, CGAUTH_read='+CGAUTH: 1,3,"box","s3cret"')
    assert (await said_to(modem, holding()))[-3:] == SET


# The registration

QUIET = ["CREG=0", "CGREG=0", "CEREG=0"]


async def test_a_modem_that_is_registered_keeps_its_radio_as_it_is() -> None:
    modem = Modem(CGREG_read="+CGREG: 0,0", CEREG_read="+CEREG: 0,1")
    assert await said_to(modem, attach.wait_until_registered) == [*QUIET, "CGREG?", "CEREG?"]


async def test_a_radio_that_is_off_is_switched_on_once() -> None:
    modem = Modem(
        CGREG_read="+CGREG: 0,0", CEREG_read=["+CEREG: 0,0", "+CEREG: 0,2", "+CEREG: 0,5"]
    )
    said = await said_to(modem, attach.wait_until_registered)
    look = ["CGREG?", "CEREG?"]
    assert said == [*QUIET, *look, "CFUN=1", *look, *look]


async def test_a_radio_that_refuses_to_be_switched_on_may_come_up_all_the_same() -> None:
    modem = Modem(
        CGREG_read="+CGREG: 0,0", CEREG_read=["+CEREG: 0,0", "+CEREG: 0,1"],
        CFUN="ERROR +CME ERROR: unknown",
    )  # fmt: skip
    said = await said_to(modem, attach.wait_until_registered)
    assert said[-3:] == ["CFUN=1", "CGREG?", "CEREG?"]


async def test_a_network_that_stays_with_its_refusal_is_named() -> None:
    modem = Modem(CGREG_read="+CGREG: 0,2", CEREG_read='+CEREG: 3,3,"1A2B","01C3F20D",7,0,19')
    assert await cause_of(modem, attach.wait_until_registered) == records.OFF_AIR_NETWORK_REFUSED


async def test_a_refusal_that_ends_is_none() -> None:
    denied, searching = "+CEREG: 0,3", "+CEREG: 0,2"
    modem = Modem(
        CGREG_read="+CGREG: 0,2",
        CEREG_read=[*[denied] * 60, searching, *[denied] * 60, "+CEREG: 0,1"],
    )
    assert (await said_to(modem, attach.wait_until_registered))[-1] == "CEREG?"
