"""AT commands against what modems really say, cut anywhere, with their own messages in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from firmware.drivers.modem.at_channel import AtChannel
from firmware.logic.link.modem_states import ModemError
from tests.firmware.drivers.scripted import ScriptedStream


@asynccontextmanager
async def running(stream: ScriptedStream) -> AsyncIterator[tuple[AtChannel, list[bytes]]]:
    channel = AtChannel(stream)
    messages: list[bytes] = []
    channel.on_message = messages.append
    task = asyncio.create_task(channel.run())
    try:
        yield channel, messages
    finally:
        task.cancel()


async def test_a_command_is_answered_by_ok() -> None:
    stream = ScriptedStream((b"AT\r", [b"\r\nOK\r\n"]))
    async with running(stream) as (channel, _):
        assert await channel.command("AT", 1) == b""
    assert stream.said == [b"AT\r"]


async def test_a_result_before_or_after_ok_is_waited_for() -> None:
    for answer in (b"+NETOPEN: 0\r\n\r\nOK\r\n", b"OK\r\n\r\n+NETOPEN: 0\r\n"):
        async with running(ScriptedStream((b"NETOPEN", [b"\r\n" + answer]))) as (channel, _):
            assert await channel.command("AT+NETOPEN", 1, b"+NETOPEN:") == b"0"


async def test_what_is_only_read_may_have_no_line_and_is_over_at_its_ok() -> None:
    async with running(ScriptedStream((b"CGDCONT", [b"\r\nOK\r\n"]))) as (channel, _):
        assert await channel.command("AT+CGDCONT?", 1, b"+CGDCONT: 1,") == b""
        assert channel.in_step


async def test_the_line_by_which_a_command_was_refused_is_kept_until_the_next() -> None:
    refusal = b"+CME ERROR: SIM not inserted"
    stream = ScriptedStream((b"CPIN", [b"\r\n" + refusal + b"\r\n"]), (b"AT\r", [b"\r\nOK\r\n"]))
    async with running(stream) as (channel, _):
        with pytest.raises(ModemError):
            await channel.command("AT+CPIN?", 1, b"+CPIN:")
        assert channel.error == refusal
        await channel.command("AT", 1)
        assert channel.error == b""


async def test_an_answer_cut_at_every_byte_is_the_same() -> None:
    answer = b"AT+NETOPEN\r\r\nOK\r\n\r\n+NETOPEN: 0\r\n"
    pieces = [answer[i : i + 1] for i in range(len(answer))]
    async with running(ScriptedStream((b"NETOPEN", pieces))) as (channel, messages):
        assert await channel.command("AT+NETOPEN", 1, b"+NETOPEN:") == b"0"
    assert messages == [b"AT+NETOPEN"]  # the echo, which nobody minds


@pytest.mark.parametrize(
    "refusal", [b"ERROR", b"+CME ERROR: 14", b"+CMS ERROR: 500", b"+CIPERROR: 4"]
)
async def test_a_refusal_is_an_error(refusal: bytes) -> None:
    async with running(ScriptedStream((b"AT", [b"\r\n" + refusal + b"\r\n"]))) as (channel, _):
        with pytest.raises(ModemError):
            await channel.command("AT+CIPOPEN=0", 1, b"+CIPOPEN:")


async def test_silence_is_an_error_and_the_next_command_works() -> None:
    stream = ScriptedStream(
        (b"+CSQ", [b"\r\n+CSQ: 22,99\r\n\r\nOK\r\n"]), (b"second", [b"\r\nOK\r\n"])
    )
    async with running(stream) as (channel, _):
        with pytest.raises(ModemError):
            await channel.command("first", 0.01)
        await channel.command("second", 1)


async def test_the_error_names_the_command_and_not_its_arguments() -> None:
    async with running(ScriptedStream((b"AT", [b"\r\nERROR\r\n"]))) as (channel, _):
        with pytest.raises(ModemError) as caught:
            await channel.command('AT+CGDCONT=1,"IP","secret.apn"', 1)
    assert str(caught.value) == "AT+CGDCONT"


async def test_a_message_between_command_and_answer_is_told_and_does_not_disturb() -> None:
    stream = ScriptedStream(
        (b"CSQ", [b"\r\n+CIPRXGET: 1,0\r\n", b"\r\n+CSQ: 22,99\r\n\r\n+IPCLOSE: 0,1\r\n\r\nOK\r\n"])
    )
    async with running(stream) as (channel, messages):
        assert await channel.command("AT+CSQ", 1, b"+CSQ:") == b"22,99"
    assert messages == [b"+CIPRXGET: 1,0", b"+IPCLOSE: 0,1"]


async def test_messages_are_told_while_nothing_is_asked() -> None:
    stream = ScriptedStream((b"AT", [b"\r\nOK\r\n"]))
    async with running(stream) as (channel, messages):
        stream.hear(b"\r\n*ATREADY: 1\r\n\r\nSMS DONE\r\n\r\nOK\r\n")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await channel.command("AT", 1)
    assert messages == [b"*ATREADY: 1", b"SMS DONE", b"OK"]


async def test_data_are_written_at_the_prompt_only() -> None:
    for prompt in (b"\r\n>", b"\r\n> ", b">"):
        stream = ScriptedStream(
            (b"CIPSEND", [b"\r\n+CIPRXGET: 1,0\r\n", prompt]),
            (b"\x00\x01>", [b"\r\nOK\r\n\r\n+CIPSEND: 0,3,3\r\n"]),
        )
        async with running(stream) as (channel, messages):
            result = await channel.command("AT+CIPSEND=0,3", 1, b"+CIPSEND:", b"\x00\x01>")
        assert result == b"0,3,3"
        assert stream.said == [b"AT+CIPSEND=0,3\r", b"\x00\x01>"]
        assert messages == [b"+CIPRXGET: 1,0"]


async def test_raw_data_are_counted_whatever_they_hold() -> None:
    data = b"\r\nOK\r\nERROR\r\n>\x00\xff+IPCLOSE: 0,1\r\n"
    answer = b"\r\n+CIPRXGET: 2,0,%d,17\r\n" % len(data) + data + b"\r\nOK\r\n"
    for size in (1, 3, 1000):
        pieces = [answer[i : i + size] for i in range(0, len(answer), size)]
        async with running(ScriptedStream((b"CIPRXGET", pieces))) as (channel, messages):
            await channel.command("AT+CIPRXGET=2,0,256", 1, b"+CIPRXGET: 2,0,")
            assert channel.raw() == data
        assert messages == []


async def test_endless_noise_is_not_stored() -> None:
    stream = ScriptedStream((b"AT", [b"x" * 100_000, b"\r\nOK\r\n"]))
    async with running(stream) as (channel, _):
        await channel.command("AT", 1)
        assert len(channel._buffer) <= 256


@pytest.mark.parametrize("count", [b"-5", b"", b"x", b"99999", b"4294967296"])
async def test_a_garbled_count_of_raw_data_fails_the_command_and_nothing_else(
    count: bytes,
) -> None:
    garbled = b"+CIPRXGET: 2,0," + count + b"\r\nabc\r\nOK\r\n"
    stream = ScriptedStream((b"CIPRXGET", [garbled]), (b"AT\r", [b"OK\r\n"]))
    async with running(stream) as (channel, _):
        with pytest.raises(ModemError):
            await channel.command("AT+CIPRXGET=2,0,256", 0.2, b"+CIPRXGET: 2,0,")
        await asyncio.sleep(0)
        assert await channel.command("AT", 1) == b""


async def test_no_raw_data_are_no_data() -> None:
    stream = ScriptedStream((b"CIPRXGET", [b"+CIPRXGET: 2,0,0,0\r\n\r\nOK\r\n"]))
    async with running(stream) as (channel, _):
        await channel.command("AT+CIPRXGET=2,0,256", 1, b"+CIPRXGET: 2,0,")
        assert channel.raw() == b""
