"""The chain by itself: whatever single thing somebody without the key changes, it is found."""

import hashlib
import hmac
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.fleet.audit import Entry
from server.fleet.audit.chain import (
    FIRST,
    Chained,
    Day,
    Head,
    day_of,
    hash_of,
    past_date,
    sealed_words,
    verify,
)


def seal(said: str) -> str:
    return hmac.digest(b"key", said.encode(), hashlib.sha256).hex()


numbers = st.integers(0, 2**40) | st.none()
words = st.text(max_size=8) | st.none()


@st.composite
def chains(draw) -> tuple[list[Day], list[Chained]]:
    """A chain as the store writes it: numbers may leave some out, the clock goes where it likes."""
    days: list[Day] = []
    entries: list[Chained] = []
    head, number = FIRST, 0
    for _ in range(draw(st.integers(1, 12))):
        number += draw(st.integers(1, 3))
        at_s = draw(st.integers(0, 4 * 86_400))
        fields = (draw(numbers), draw(words), "act", draw(words), draw(numbers), "done")
        entry = Entry(number, at_s, *fields)
        head = hash_of(head, entry)
        entries.append(Chained(entry, head, seal(head)))
        if days and days[-1].day == day_of(at_s):
            days[-1] = replace(days[-1], last_id=number, head=head)
        else:
            after = days[-1].audit_day_id if days else None
            days.append(Day(len(days) + 1, after, day_of(at_s), number, number, head, "", None))
    return [sealed(day) for day in days], entries


def sealed(day: Day) -> Day:
    return replace(day, seal=seal(sealed_words(day)))


@given(chains())
def test_a_chain_as_it_was_written_is_whole(chain: tuple[list[Day], list[Chained]]) -> None:
    days, entries = chain
    verdict = verify(days, entries, seal)
    assert verdict.broken is None and verdict.entries == len(entries)
    for each in entries:
        assert verify(days, entries, seal, Head(each.entry.audit_id, each.hash)).broken is None


@given(chains(), st.data())
def test_one_entry_taken_out_or_changed_is_found(
    chain: tuple[list[Day], list[Chained]], data: st.DataObject
) -> None:
    days, entries = chain
    which = data.draw(st.integers(0, len(entries) - 1))
    assert verify(days, entries[:which] + entries[which + 1 :], seal).broken is not None
    name = data.draw(st.sampled_from(Entry.__slots__))
    value = data.draw(numbers if isinstance(getattr(entries[which].entry, name), int) else words)
    changed = replace(entries[which].entry, **{name: value})
    if changed == entries[which].entry or not isinstance(changed.audit_id, int):
        return
    forged = [*entries]
    forged[which] = replace(entries[which], entry=changed)
    assert verify(days, forged, seal).broken is not None


@given(chains(), st.data())
def test_a_chain_made_anew_from_some_entry_on_lacks_its_seals(
    chain: tuple[list[Day], list[Chained]], data: st.DataObject
) -> None:
    days, entries = chain
    which = data.draw(st.integers(0, len(entries) - 1))
    head, forged = FIRST, []
    for index, each in enumerate(entries):
        entry = replace(each.entry, act="other") if index == which else each.entry
        head = hash_of(head, entry)
        forged.append(Chained(entry, head, each.seal))
    broken = verify(days, forged, seal).broken
    assert broken is not None


@given(chains(), st.integers(0, 5 * 86_400))
def test_what_is_past_its_date_can_go_and_the_rest_is_whole(
    chain: tuple[list[Day], list[Chained]], before_s: int
) -> None:
    days, entries = chain
    gone = {day.audit_day_id for day in past_date(days, before_s, 5 * 86_400)}
    assert gone == set(range(1, len(gone) + 1)), "the oldest go first"
    last_id = max((day.last_id for day in days if day.audit_day_id in gone), default=0)
    kept = [each for each in entries if each.entry.audit_id > last_id]
    after = [
        sealed(replace(day, erased_at_s=before_s)) if day.audit_day_id in gone else day
        for day in days
    ]
    assert verify(after, kept, seal).broken is None
    assert all(
        day_of(each.entry.at_s) * 86_400 + 86_400 <= before_s
        for each in entries
        if each.entry.audit_id <= last_id
    )


def test_the_format_is_what_its_words_say() -> None:
    entry = Entry(7, 1_790_000_000, 2, "é", "block_badge", "badge", 9, "done")
    said = FIRST + '\n[7,1790000000,2,"\\u00e9","block_badge","badge",9,"done"]'
    assert hash_of(FIRST, entry) == hashlib.sha256(said.encode("ascii")).hexdigest()
    assert json.loads(said.split("\n")[1])[3] == "é"
