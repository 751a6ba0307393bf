"""A card's key, from the fleet file over the wire to the box, and what became of it in the log."""

import json

from tests.chain import DRIVER_BADGE, FLEET, Chain

KEY = bytes.fromhex("000102030405060708090a0b0c0d0e0f")


def give_key(chain: Chain) -> None:
    """Load the fleet again: Marie Leroy's badge now has a key. The box is told by its server."""
    marie, paul = FLEET["agents"]
    marie = marie | {"badges": [{"uid": DRIVER_BADGE.hex(), "key": KEY.hex()}]}
    path = chain.data_dir / "keys.json"
    path.write_text(json.dumps(FLEET | {"agents": [marie, paul]}))
    chain.voiturier("load", str(path))


def test_a_card_with_a_key_must_prove_itself_and_the_log_says_so(chain: Chain) -> None:
    give_key(chain)
    chain.get_ready()
    chain.world.run_for(30)

    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(30)
    assert (chain.car.door, chain.car.relay) == ("locked", "inhibited")
    assert [row["reason"] for row in chain.trips()["refusals"]] == ["not_genuine"]

    chain.car.kill()  # the keys are in flash
    chain.world.run_for(2)
    chain.car.power_on()
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE, key=KEY)
    chain.world.run_for(1)
    assert (chain.car.door, chain.car.relay) == ("unlocked", "enabled")
    chain.world.run_for(30)
    (trip,) = chain.trips()["trips"]
    assert trip["assurance"] == "high"


def test_a_badge_known_by_its_uid_alone_is_of_low_assurance(chain: Chain) -> None:
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(30)
    (trip,) = chain.trips()["trips"]
    assert trip["assurance"] == "low"
