"""What happens to a server and a box in years: a backup restored, a flash wiped, keys renewed."""

from pathlib import Path

from simulator.devices.car import Car
from tests.chain import Chain

OLD, NEW = 1, 2


def restore(chain: Chain, copy: Path) -> None:
    chain.server.kill()
    chain.voiturier("restore", str(copy))
    chain.server.restart()


def settle(chain: Chain) -> dict[str, object]:
    """Wait until everything is acknowledged; the box's report."""

    def all_acknowledged() -> bool:
        report = chain.car.report()
        return bool(report["connections"]) and report["lowest_seq"] == report["next_seq"]

    chain.world.run_for(10)
    chain.world.run_until(all_acknowledged, 900)
    report: dict[str, object] = chain.car.report()
    return report


def test_a_server_restored_from_an_older_backup_gets_again_what_flash_holds_and_notes_the_rest(
    chain: Chain, tmp_path: Path
) -> None:
    chain.start_driving()
    chain.world.run_for(600)
    chain.voiturier("backup", str(tmp_path / "backup.db"))
    chain.world.run_for(12_600)  # more than one segment of the journal
    settle(chain)
    (before,) = chain.rows("select count(*) from record")
    restore(chain, tmp_path / "backup.db")
    (restored,) = chain.rows("select count(*) from record")
    assert restored < before
    chain.world.run_for(60)
    chain.park_and_end()
    report = settle(chain)
    assert chain.unaccounted() == []
    gaps = chain.rows("select first_seq, last_seq from gap")
    lost = sum(last - first + 1 for first, last in gaps)
    (rows,) = chain.rows("select count(*) from record")[0]
    assert rows + lost == report["records_made"]
    assert 0 < lost < before[0] - restored[0], "a part was still in the box's flash"
    (trip,) = chain.trips()["trips"]
    assert trip["state"] == "ended"
    ((unassigned_m, is_gap, agent_id),) = chain.rows(
        "select distance_m, is_gap, agent_id from unassigned"
    )
    assert (is_gap, agent_id) == (1, None), "whose they are stood in what is lost"
    counted_m = int(str(trip["distance_m"])) + unassigned_m
    assert abs(counted_m - chain.car.driven_m) < 0.02 * chain.car.driven_m
    print(f"{before[0]} records, restored to {restored[0]}, {lost} lost, {rows} stored in the end")


def test_a_wiped_box_counts_anew_in_an_epoch_of_its_own(chain: Chain, tmp_path: Path) -> None:
    chain.start_driving()
    chain.world.run_for(120)
    chain.park_and_end()
    first = settle(chain)
    chain.car.kill()
    image = tmp_path / "flash.img"
    image.unlink()
    car = Car(chain.world, chain.identity, image)
    car.power_on()
    chain.car = car
    chain.world.run_for(5)
    car.present_badge(bytes.fromhex("0badc0de"))  # a refusal, recorded before it is online
    second = settle(chain)
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert chain.unaccounted() == []
    assert chain.rows("select epoch, count(*) from record group by epoch") == [
        (1, first["records_made"]),
        (2, second["records_made"]),
    ]


def test_a_key_is_renewed_during_a_trip_and_a_restored_server_still_finds_its_box(
    chain: Chain, tmp_path: Path
) -> None:
    chain.start_driving()
    chain.world.run_for(60)
    chain.voiturier("backup", str(tmp_path / "backup.db"))
    chain.world.run_for(60)
    assert settle(chain)["key_generation"] == OLD
    chain.voiturier("box", "rotate", "--all")
    chain.world.run_for(120)
    assert settle(chain)["key_generation"] == NEW
    assert chain.rows("select generation, retired_at_s is null from box_key") == [
        (OLD, 0),
        (NEW, 1),
    ]
    restore(chain, tmp_path / "backup.db")
    chain.world.run_for(300)
    assert settle(chain)["key_generation"] == NEW, "the restored server works it out"
    chain.voiturier("box", "rotate", "--all")
    chain.world.run_for(120)
    chain.park_and_end()
    report = settle(chain)
    assert report["key_generation"] == NEW + 1
    assert chain.unaccounted() == []
    chain.car.kill()
    chain.car.power_on()
    chain.world.run_for(90)
    assert settle(chain)["key_generation"] == NEW + 1, "both keys are in flash"


def test_a_command_is_carried_out_once_whatever_is_cut_and_its_answer_is_known(
    chain: Chain,
) -> None:
    chain.start_driving()
    settle(chain)
    chain.voiturier("command", "inhibit", "--vehicle", "AB-123-CD")
    for _ in range(4):
        chain.world.run_for(2)
        chain.car.kill()
        chain.car.power_on()
        chain.world.run_for(60)
    assert chain.car.relay == "enabled", "a trip is open"
    chain.car.set_ignition(True)
    chain.park_and_end()
    chain.world.run_for(200)
    settle(chain)
    assert chain.rows("select state from command") == [("applied",)]
    results = [row[0] for row in chain.rows("select fields from record where kind = 9")]
    assert results and '"unknown"' not in "".join(results)
    assert [state for _, state in chain.car.relay_changes][-1] == "inhibited"
    assert chain.unaccounted() == []
