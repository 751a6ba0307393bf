"""Whatever restarts, is cut short or refused by flash: a box's wrong PIN costs one try."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.link.sim_pin import SimPin
from tests.firmware.logic.storage import MemoryStorage

RIGHT = "4321"


class Card:
    """A SIM card, which counts the wrong ones in a row."""

    def __init__(self, pin: str) -> None:
        self.tries, self._pin = 3, pin

    def take(self, pin: str) -> bool:
        self.tries = 3 if pin == self._pin else self.tries - 1
        return pin == self._pin


START = st.fixed_dictionaries(
    {
        "tells_tries": st.booleans(),
        "flash_full": st.booleans(),
        "cut": st.sampled_from(["never", "before the card hears", "before the box hears"]),
    }
)


def start(storage: MemoryStorage, card: Card, pin: str, how: dict[str, object]) -> bool | None:
    """One start of box and modem; whether the card took its PIN, None: it was given none."""
    sim_pin = SimPin(storage, pin)
    storage.full = bool(how["flash_full"])
    if not sim_pin.begin(card.tries if how["tells_tries"] else None):
        return None
    if how["cut"] == "before the card hears":
        return None
    taken = card.take(pin)
    if taken and how["cut"] == "never":
        sim_pin.accepted()
    return taken


@given(st.lists(START, max_size=12))
def test_a_wrong_pin_costs_one_try(starts: list[dict[str, object]]) -> None:
    storage, card = MemoryStorage(), Card(RIGHT)
    for how in starts:
        start(storage, card, "1111", how)
    assert card.tries >= 2


@given(st.lists(START, max_size=6), st.lists(START, max_size=12))
def test_a_pin_that_the_former_card_took_costs_the_next_one_one_try(
    before: list[dict[str, object]], after: list[dict[str, object]]
) -> None:
    storage, card = MemoryStorage(), Card("5678")
    for how in before:
        start(storage, Card(RIGHT), RIGHT, how)
    for how in after:
        start(storage, card, RIGHT, how)
    assert card.tries >= 2


@given(st.lists(START, max_size=12))
def test_a_right_pin_opens_the_card_that_tells_its_tries_however_it_went_before(
    starts: list[dict[str, object]],
) -> None:
    storage, card = MemoryStorage(), Card(RIGHT)
    for how in starts:
        start(storage, card, RIGHT, how)
    well: dict[str, object] = {"tells_tries": True, "flash_full": False, "cut": "never"}
    assert start(storage, card, RIGHT, well) is True
