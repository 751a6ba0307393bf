"""The watch: what is wrong is remembered, shown and told, also on a disk that takes nothing."""

import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from server.alerts import Chores, LastBackup, Watch
from server.config import Address, Alerts, Config, MailSettings
from server.fleet import alerts as rules
from server.fleet.accounts.mail import Outcome, WaitingMail
from server.fleet.alerts import DAY_S, HOUR_S, Chore, Kind
from server.fleet.pool import OutOfService
from server.fleet.records import Holder
from server.fleet.recurrence import PARIS
from server.fleet.trips import follow
from server.gateway.translate import read_record
from server.health import KEPT_MS, Readiness
from server.store import Batch, Store, StoreError, backup, mail
from server.store.backup import DATABASE
from server.store.backup.outcome import noted
from server.web.i18n import load_words
from server.web.letters import Letters
from shared_protocol.records import Battery, to_record
from tests.fleet import CAR, NOW_S, OTHER_CAR, fit_box
from tests.server.health.machine import SettableClock, files_end_at

TO = ("garage@ddt.example", "si@ddt.example")
PLATE, OTHER_PLATE = "AB-123-CD", "EF-456-GH"


class Site:
    """A store with its watch, on a clock that a test sets; `moves` lets time pass."""

    def __init__(self, store: Store, **more: Any) -> None:
        self.store, self.clock = store, SettableClock(NOW_S)
        self.doubts = False
        self.backed_up: Chore | None = None
        self.purged: Chore | None = None
        post = MailSettings(Address("127.0.0.1", 9), "parc@ddt.example", "https://parc.example")
        limits = {"mail_to": TO, "disk_free_mb": 0} | more
        self.config = Config(store.data_dir, alerts=Alerts(**limits), mail=post)
        self.letters = Letters(post.site, load_words(PARIS), lambda: None)
        self.start()

    def start(self) -> None:
        readiness = Readiness(self.store.health, self.clock, lambda: True, lambda: self.doubts)
        chores = Chores(lambda: self.backed_up, self.last_purge)
        self.watch = Watch(self.store, self.clock, readiness, self.config, self.letters, chores)

    def last_purge(self) -> Chore:
        return self.purged or Chore(self.clock.now_s())

    async def look(self, later_s: int = KEPT_MS // 1000) -> list[Kind]:
        self.clock.pass_by(later_s * 1000)
        await self.watch.look()
        return [alert.kind for alert in self.watch.standing]

    async def written(self) -> list[tuple[str, WaitingMail]]:
        """What waits in the outbox: to whom, and which letter."""
        now_s = self.clock.now_s()
        return [(each.recipient, each) for each in await self.store.outbox.due(now_s, 1000)]

    async def texts(self) -> list[str]:
        return [each.letter.text for to, each in await self.written() if to == TO[0]]


@pytest.fixture
async def site(store: Store) -> Site:
    """Both cars have boxes, and were heard just now."""
    for car in (CAR, OTHER_CAR):
        box = await fit_box(store, car)
        store.boxes.hear(box.box_id, NOW_S)
    await store.boxes.keep_heard()
    return Site(store)


async def test_where_all_is_well_nobody_is_written_to(site: Site) -> None:
    for _ in range(3):
        assert await site.look(HOUR_S) == []
    assert await site.written() == []


async def test_silent_cars_are_one_letter_to_each_address_and_another_when_they_are_back(
    site: Site,
) -> None:
    assert await site.look(49 * HOUR_S) == [Kind.SILENT_CAR] * 2
    assert await site.written() == []
    assert await site.look(rules.GATHERED_S) == [Kind.SILENT_CAR] * 2
    assert [to for to, _ in await site.written()] == [*TO]
    (text,) = await site.texts()
    for word in (PLATE, OTHER_PLATE, "sans nouvelles depuis", "not heard since", "/alertes"):
        assert word in text
    for word in ("volée", "stolen", "en panne", "broken"):
        assert word not in text
    now_s = site.clock.now_s()
    for box in await site.store.boxes.all():
        site.store.boxes.hear(box.box_id, now_s)
    await site.store.boxes.keep_heard()
    assert await site.look() == []
    await site.look(25 * HOUR_S)
    _, text = await site.texts()
    assert text.count(PLATE) == 2 and "terminé le" in text and "over on" in text
    await site.look(25 * HOUR_S)
    assert len(await site.texts()) == 2  # and that was all


@pytest.mark.parametrize("why", ["out of service", "left the pool", "no box", "never heard"])
async def test_a_car_that_needs_not_speak_is_not_silent(site: Site, why: str) -> None:
    if why == "out of service":
        out = OutOfService(CAR, NOW_S, NOW_S + 90 * DAY_S, "Contrôle technique", None)
        await site.store.service.add(out, None)
    elif why == "left the pool":
        await site.store.vehicles.retire(CAR, NOW_S + 3 * HOUR_S)
    else:
        word = "retired_at_s = 1" if why == "no box" else "last_seen_s = NULL"
        with sqlite3.connect(site.store.data_dir / DATABASE) as db:
            db.execute(f"UPDATE box SET {word} WHERE vehicle_id = {CAR}")
    await site.look(49 * HOUR_S)
    assert [alert.vehicle_id for alert in site.watch.standing] == [OTHER_CAR]


async def test_a_car_back_in_service_has_its_time_to_be_heard(site: Site) -> None:
    back_s = NOW_S + 90 * HOUR_S
    out = OutOfService(CAR, NOW_S, back_s, "Contrôle technique", None)
    await site.store.service.add(out, None)
    await site.look(90 * HOUR_S + 60)
    assert [alert.vehicle_id for alert in site.watch.standing] == [OTHER_CAR]
    await site.look(49 * HOUR_S)
    silent = {alert.vehicle_id: alert.since_s for alert in site.watch.standing}
    assert silent == {CAR: back_s, OTHER_CAR: NOW_S}


async def test_what_is_wrong_is_the_same_after_a_new_start_and_is_told_once(site: Site) -> None:
    site.doubts = True
    assert await site.look() == [Kind.WRONG_CLOCK]
    assert len(await site.texts()) == 1
    raised = site.watch.standing
    site.start()
    assert await site.look() == [Kind.WRONG_CLOCK]
    assert site.watch.standing == raised
    assert len(await site.texts()) == 1
    site.doubts = False
    assert await site.look() == []
    assert [alert.kind for alert in await site.store.alerts.over(10, None)] == [Kind.WRONG_CLOCK]


async def test_on_a_disk_that_takes_nothing_an_alert_is_seen_and_told_once_there_is_room(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with files_end_at(4096):
        assert await site.look() == []  # what passes within a minute is none
        assert await site.look() == [Kind.NOT_READY]
        assert await site.look() == [Kind.NOT_READY]
        assert "alert: not_ready" in caplog.text and "alerts cannot be stored" in caplog.text
    assert await site.written() == []
    assert await site.look() == []
    (text,) = await site.texts()
    assert "Terminé :" in text


async def test_a_disk_that_is_nearly_full_is_told_of(store: Store) -> None:
    site = Site(store, disk_free_mb=1 << 40)
    assert await site.look() == [Kind.DISK_NEARLY_FULL]
    (text,) = await site.texts()
    assert "Le disque du serveur est presque plein" in text and "What to do" in text


async def test_mail_that_does_not_leave_is_an_alert_that_goes_by_no_mail(site: Site) -> None:
    site.doubts = True
    await site.look()
    site.doubts = False
    for mail_id in (1, 2):
        await site.store.outbox.tried(mail_id, Outcome("later", "refused"), site.clock.now_s())
    assert await site.look(2 * HOUR_S) == [Kind.MAIL_STUCK]
    assert len(await site.texts()) == 1
    for mail_id in (1, 2):
        await site.store.outbox.tried(mail_id, Outcome("sent", ""), site.clock.now_s())
    assert await site.look() == []
    assert ["Les courriels ne partent pas" in text for text in await site.texts()] == [True]


async def test_a_mail_server_that_refuses_all_is_an_alert_and_one_bad_mailbox_is_none(
    site: Site,
) -> None:
    for round_ in range(2):
        site.doubts = True
        await site.look(25 * HOUR_S)
        site.doubts = False
        await site.look(HOUR_S)
        for mail_id in (2 * round_ + 1, 2 * round_ + 2):
            await site.store.outbox.tried(mail_id, Outcome("failed", "550"), site.clock.now_s())
        assert (Kind.MAIL_STUCK in await site.look()) is (round_ == 1)


async def test_a_full_outbox_keeps_the_alert_and_tells_it_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "MOST_WAITING", 0)
    site.doubts = True
    assert await site.look() == [Kind.WRONG_CLOCK]
    monkeypatch.undo()
    assert await site.look() == [Kind.WRONG_CLOCK]
    assert len(await site.texts()) == 1


async def test_a_backup_that_failed_or_is_late_is_an_alert_until_one_is_made(site: Site) -> None:
    site.backed_up = Chore(NOW_S, failed=True)
    assert await site.look() == [Kind.BACKUP_FAILED]
    assert "voiturier backup" in (await site.texts())[0]
    site.backed_up = Chore(NOW_S - 3 * DAY_S)
    assert await site.look() == [Kind.BACKUP_OVERDUE]
    site.backed_up = Chore(NOW_S)
    assert await site.look() == []


def test_how_the_last_backup_went_is_known_from_its_note_and_one_that_runs_has_not_failed(
    store: Store,
) -> None:
    folder = store.data_dir
    last = LastBackup(folder)
    assert last() is None
    with pytest.raises(StoreError):
        backup.back_up(folder, folder / "no" / "folder.db", NOW_S)
    assert last() == Chore(NOW_S, failed=True)
    backup.back_up(folder, folder / "copy.db", NOW_S)
    assert last() == Chore(NOW_S)
    with noted(folder, folder / "again.db", NOW_S + HOUR_S, lambda: True):
        assert last() == Chore(NOW_S)
    assert last() == Chore(NOW_S + HOUR_S)


async def test_a_purge_that_failed_or_is_late_is_an_alert(site: Site) -> None:
    site.purged = Chore(NOW_S, failed=True)
    assert await site.look() == [Kind.PURGE_FAILED]
    site.purged = Chore(NOW_S - 3 * DAY_S)
    assert await site.look() == [Kind.PURGE_OVERDUE]
    site.purged = None
    assert await site.look() == []


async def test_without_an_address_nobody_is_written_to_and_the_alert_stands(store: Store) -> None:
    site = Site(store, mail_to=())
    site.doubts = True
    assert await site.look() == [Kind.WRONG_CLOCK]
    assert await site.written() == []
    assert [alert.kind for alert in await store.alerts.since(NOW_S)] == [Kind.WRONG_CLOCK]


async def test_a_log_names_a_car_by_its_number(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await site.look(49 * HOUR_S)
    assert f"silent_car of cars [{CAR}, {OTHER_CAR}]" in caplog.text and PLATE not in caplog.text


def test_the_letter_names_fifty_cars_at_most(site: Site, tmp_path: Path) -> None:
    silent = tuple(rules.Alert(Kind.SILENT_CAR, car, NOW_S, NOW_S) for car in range(1, 61))
    plates = {car: f"AA-{car:03}-AA" for car in range(1, 61)}
    letter = site.letters.alert(rules.News(Kind.SILENT_CAR, silent, (), ()), plates)
    assert letter.text.count("AA-0") == 100 and "et 10 de plus" in letter.text
    assert letter.html.count("AA-0") == 100 and "and 10 more" in letter.html
    assert (
        letter.subject == "Voiturier : Voitures sans nouvelles / Voiturier: Cars that are not heard"
    )


async def test_a_low_battery_is_told_once_from_when_it_was_low_until_it_rests_well(
    site: Site,
) -> None:
    box = await box_of(site.store, CAR)
    for seq, (stage, steady_mv) in enumerate(((0, 12_600), (1, 12_150), (2, 11_950)), start=1):
        await tell_battery(site.store, box, seq, stage, steady_mv)
        await site.look()
    (alert,) = site.watch.standing
    assert (alert.kind, alert.vehicle_id) == (Kind.BATTERY_LOW, CAR)
    assert alert.since_s == NOW_S + 2
    (text,) = await site.texts()
    assert PLATE in text and "batterie est faible" in text
    assert "sans nouvelles depuis" not in text and OTHER_PLATE not in text
    await tell_battery(site.store, box, 4, 0, 14_200)
    await site.look()
    assert len(site.watch.standing) == 1, "a short drive charges it, and it is as low again after"
    await tell_battery(site.store, box, 5, 0, 12_600)
    assert await site.look() == []


async def test_what_a_box_told_of_a_former_cars_battery_says_nothing_of_the_next_one(
    site: Site,
) -> None:
    box = await box_of(site.store, CAR)
    await tell_battery(site.store, box, 1, 1, 12_150)
    with sqlite3.connect(site.store.data_dir / DATABASE) as db:
        db.execute(f"UPDATE box SET retired_at_s = 1 WHERE vehicle_id = {OTHER_CAR}")
    await site.store.boxes.move(box, OTHER_CAR, NOW_S + 60)
    assert await site.look() == []


async def box_of(store: Store, vehicle_id: int) -> int:
    return (await store.boxes.of_cars([vehicle_id]))[vehicle_id].box_id


async def tell_battery(store: Store, box: int, seq: int, stage: int, steady_mv: int) -> None:
    """Have a box tell of its car's battery, so many seconds after the start."""
    record = to_record(NOW_S + seq, Battery(stage, steady_mv, steady_mv))
    read = read_record(record, Holder(), NOW_S + seq)
    await store.records.append(Batch(box, 1, seq, seq, (read,), NOW_S + seq, ()), follow)
