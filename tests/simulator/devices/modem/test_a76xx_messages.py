"""Short messages: what arrives, how it is told, read and deleted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.devices.modem.sms_store import Message, SmsStore
from tests.simulator.devices.modem.modem_bench import ModemBench

SENDER = "+33612345678"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ModemBench]:
    with ModemBench(tmp_path) as made:
        made.start()
        yield made


def test_a_message_is_told_kept_and_read_as_text(bench):
    bench.modem.receive_sms(SENDER, "locate")
    assert bench.listen(1) == ["+CMTI:", '"SM",0']
    bench.lines("AT+CMGF=1")
    head, text, result = bench.lines("AT+CMGR=0")
    assert head.startswith(f'+CMGR: "REC UNREAD","{SENDER}",,"23/11/14,23:')
    assert (text, result) == ("locate", "OK")
    assert bench.lines("AT+CMGR=0")[0].startswith('+CMGR: "REC READ"')


def test_the_pdu_is_the_one_of_the_standard():
    # 3GPP TS 23.040 by hand: centre, SMS-DELIVER, sender, 7 bits, 2023-11-14 23:13:20 +1 h.
    pdu, length = Message("+33612345678", "hellohello", 1_700_000_000, 4).pdu()
    centre = "07913306000000F0"
    assert pdu == centre + "040B913316325476F80000" + "32114132310240" + "0AE8329BFD4697D9EC37"
    assert length == (len(pdu) - len(centre)) // 2


def test_what_the_gsm_alphabet_has_not_goes_as_ucs2():
    pdu, _ = Message("12345", "Ж", 1_700_000_000, -8).pdu()
    assert pdu[16:] == "04058121" + "43F5" + "0008" + "32114102310288" + "020416"


@pytest.mark.parametrize(("text", "fits"), [("a" * 160, 1), ("a" * 161, 0), ("Ж" * 71, 0)])
def test_a_text_that_needs_two_messages_is_refused(text, fits):
    if fits:
        Message(SENDER, text, 0, 0)
    else:
        with pytest.raises(ValueError, match="one message"):
            Message(SENDER, text, 0, 0)


def test_messages_are_listed_by_their_state_in_both_formats(bench):
    for text in ("one", "two"):
        bench.modem.receive_sms(SENDER, text)
    bench.listen(1)
    assert len(bench.lines("AT+CMGL=4")) == 5
    assert bench.lines("AT+CMGL=0") == ["OK"]
    bench.modem.receive_sms(SENDER, "three")
    bench.listen(1)
    assert bench.lines('AT+CMGF=1;+CMGL="REC UNREAD"')[1:] == ["three", "OK"]
    assert [line for line in bench.lines('AT+CMGL="ALL"') if line.isalpha()] == [
        "one",
        "two",
        "three",
        "OK",
    ]


def test_messages_are_deleted_one_by_one_or_all(bench):
    for text in ("one", "two", "three"):
        bench.modem.receive_sms(SENDER, text)
    bench.listen(1)
    assert bench.lines("AT+CMGD=1;+CPMS?") == ['+CPMS: "SM",2,20,"SM",2,20,"SM",2,20', "OK"]
    bench.lines("AT+CMGR=0")
    assert bench.lines("AT+CMGD=0,1;+CMGD=?") == ["+CMGD: (2),(0-4)", "OK"]
    assert bench.lines("AT+CMGD=0,4;+CMGD=?") == ["+CMGD: (),(0-4)", "OK"]
    assert bench.lines("AT+CMGR=0") == ["+CMS ERROR: Invalid memory index"]


def test_a_message_may_come_straight_to_the_line(bench):
    bench.lines("AT+CMGF=1;+CNMI=2,2,0,0,0")
    bench.modem.receive_sms(SENDER, "locate")
    assert bench.lines("")[-1] == "locate"
    assert bench.lines("AT+CMGR=0") == ["+CMS ERROR: Invalid memory index"]


def test_nothing_is_told_when_nothing_is_to_be_told(bench):
    bench.lines("AT+CNMI=0,0")
    bench.modem.receive_sms(SENDER, "locate")
    assert bench.listen(1) == []
    assert bench.lines("AT+CMGR=0")[-1] == "OK"


def test_in_ucs2_numbers_and_texts_are_hexadecimal(bench):
    bench.modem.receive_sms("12", "é")
    bench.listen(1)
    head, text, _ = bench.lines('AT+CMGF=1;+CSCS="UCS2";+CMGR=0')
    assert '"00310032"' in head
    assert text == "00E9"


def test_a_full_card_keeps_the_network_waiting_until_there_is_room(bench):
    bench.modem.state.messages = SmsStore(capacity=1)
    for text in ("one", "two"):
        bench.modem.receive_sms(SENDER, text)
    assert bench.listen(1) == ["+CMTI:", '"SM",0', "+SMS", "FULL"]
    assert bench.lines("AT+CMGD=0") == ['+CMTI: "SM",0', "OK"]
    assert bench.lines("AT+CMGF=1;+CMGR=0")[1] == "two"


def test_a_message_waits_for_coverage_and_survives_a_power_cut(bench):
    bench.modem.coverage(False)
    bench.modem.receive_sms(SENDER, "locate")
    assert bench.listen(5) == []
    bench.modem.coverage(True)
    assert bench.listen(5) == ["+CMTI:", '"SM",0']
    bench.modem.power_cut()
    bench.start()
    assert bench.lines("AT+CMGF=1;+CMGR=0")[1] == "locate"


def test_without_a_card_there_are_no_messages(bench):
    bench.modem.set_sim("absent")
    bench.listen(1)
    assert bench.lines("AT+CMGR=0") == ["+CMS ERROR: SIM not inserted"]


def test_a_sender_that_is_no_number_is_refused(bench):
    with pytest.raises(ValueError, match="number"):
        bench.modem.receive_sms("somebody", "x")
