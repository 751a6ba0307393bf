"""Alerts: raised once, told once a day at most and never silent for ever while they hold."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.fleet import alerts as rules
from server.fleet.alerts import DAY_S, HOUR_S, Alert, Chore, Kind, Limits, Mail, Observed, Wrong
from tests.fleet import NOW_S
from tests.support import examples

LIMITS = Limits(silent_car_s=48 * HOUR_S, disk_free_bytes=500)
WELL = Observed(
    NOW_S,
    up_s=30 * DAY_S,
    doubts_time=False,
    is_ready=True,
    disk_free_bytes=10_000,
    backup=Chore(NOW_S - HOUR_S),
    purge=Chore(NOW_S - HOUR_S),
    mail=Mail(),
    heard_s={1: NOW_S - 60, 2: NOW_S - 47 * HOUR_S},
)
CLOCK_DAYS = 400 * DAY_S


def kinds(limits: Limits = LIMITS, standing: Sequence[Kind] = (), **seen: Any) -> set[Kind]:
    wrong, judged = rules.judge(replace(WELL, **seen), limits, standing)
    assert {each.kind for each in wrong} <= judged
    return {each.kind for each in wrong}


def test_where_all_is_well_there_is_no_alert() -> None:
    assert kinds() == set()


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ({"is_ready": False}, Kind.NOT_READY),
        ({"doubts_time": True}, Kind.WRONG_CLOCK),
        ({"disk_free_bytes": 499}, Kind.DISK_NEARLY_FULL),
        ({"backup": Chore(NOW_S - 60, failed=True)}, Kind.BACKUP_FAILED),
        ({"backup": Chore(NOW_S - 49 * HOUR_S)}, Kind.BACKUP_OVERDUE),
        ({"backup": Chore(NOW_S + 10 * DAY_S)}, Kind.BACKUP_OVERDUE),  # by a clock that was wrong
        ({"purge": Chore(NOW_S - 60, failed=True)}, Kind.PURGE_FAILED),
        ({"purge": Chore(NOW_S - 49 * HOUR_S)}, Kind.PURGE_OVERDUE),
        ({"mail": Mail(3, NOW_S - 2 * HOUR_S)}, Kind.MAIL_STUCK),
        ({"mail": Mail(0, None, all_refused=True)}, Kind.MAIL_STUCK),
        ({"heard_s": {1: NOW_S - 49 * HOUR_S}}, Kind.SILENT_CAR),
        ({"low_since_s": {1: NOW_S - 60}}, Kind.BATTERY_LOW),
    ],
)
def test_each_thing_that_may_be_wrong_is_one_alert(seen: dict[str, Any], kind: Kind) -> None:
    assert kinds(**seen) == {kind}


def test_a_disk_at_its_edge_is_one_alert_until_there_is_more_room() -> None:
    assert kinds(disk_free_bytes=520) == set()
    assert kinds(standing=[Kind.DISK_NEARLY_FULL], disk_free_bytes=520) == {Kind.DISK_NEARLY_FULL}
    assert kinds(standing=[Kind.DISK_NEARLY_FULL], disk_free_bytes=551) == set()


def test_a_chore_is_missed_where_it_is_expected_and_the_server_ran_long_enough() -> None:
    expected = replace(LIMITS, expects_backup=True, expects_purge=True)
    assert kinds(backup=None, purge=None) == set()
    assert kinds(expected, backup=None, purge=None, up_s=DAY_S) == set()
    both = {Kind.BACKUP_OVERDUE, Kind.PURGE_OVERDUE}
    assert kinds(expected, backup=None, purge=None) == both


def test_a_server_that_was_away_calls_no_car_silent_before_they_could_come_back() -> None:
    old = {1: NOW_S - 90 * HOUR_S}
    assert kinds(heard_s=old, up_s=rules.SETTLED_S - 1) == set()
    assert kinds(heard_s=old, up_s=rules.SETTLED_S) == {Kind.SILENT_CAR}


def test_by_a_clock_that_is_doubted_nothing_is_late_and_nothing_is_over() -> None:
    old = {"heard_s": {1: NOW_S - 90 * HOUR_S}, "backup": Chore(NOW_S - 9 * DAY_S)}
    assert kinds(doubts_time=True, **old) == {Kind.WRONG_CLOCK}
    _, judged = rules.judge(replace(WELL, doubts_time=True), LIMITS, ())
    silent = Alert(Kind.SILENT_CAR, 1, NOW_S - 90 * HOUR_S, NOW_S - HOUR_S)
    assert rules.settle([silent], [], judged, NOW_S) == [silent]


def test_what_cannot_be_found_out_is_neither_wrong_nor_over() -> None:
    unknown: dict[str, Any] = {"disk_free_bytes": None, "mail": None, "heard_s": None}
    assert kinds(**unknown) == set()
    _, judged = rules.judge(replace(WELL, **unknown), LIMITS, ())
    assert not judged & {Kind.DISK_NEARLY_FULL, Kind.MAIL_STUCK, Kind.SILENT_CAR}


def silent(cars: range) -> list[Wrong]:
    return [Wrong(Kind.SILENT_CAR, NOW_S - 48 * HOUR_S, car) for car in cars]


def look(
    alerts: list[Alert], wrong: Sequence[Wrong], at_s: int
) -> tuple[list[Alert], list[rules.News]]:
    alerts = rules.settle(alerts, wrong, set(Kind), at_s)
    news = rules.letters(alerts, at_s)
    return rules.told(alerts, news, at_s), news


def test_cars_that_fall_silent_together_are_one_letter_and_so_is_their_end() -> None:
    alerts: list[Alert] = []
    letters: list[rules.News] = []
    for minute in range(3 * 24 * 60):
        cars = range(1, 45) if minute >= 5 else range(1, 3)  # two of them a little earlier
        wrong = silent(cars) if minute < 24 * 60 else []
        alerts, news = look(alerts, wrong, NOW_S + minute * 60)
        letters += news
    assert [len(one.begun) for one in letters] == [44, 0]
    assert [len(one.over) for one in letters] == [0, 44]


def test_what_holds_is_told_again_after_a_week_and_no_sooner() -> None:
    alerts, days = list[Alert](), list[int]()
    for hour in range(15 * 24):
        wrong = [Wrong(Kind.DISK_NEARLY_FULL, NOW_S)]
        alerts, news = look(alerts, wrong, NOW_S + hour * HOUR_S)
        days += [hour // 24 for _ in news]
    assert days == [0, 7, 14]


def test_of_mail_that_does_not_leave_no_letter_tells_until_it_does() -> None:
    alerts: list[Alert] = []
    for hour in range(50):
        alerts, news = look(alerts, [Wrong(Kind.MAIL_STUCK, NOW_S)], NOW_S + hour * HOUR_S)
        assert news == []
    alerts, (letter,) = look(alerts, [], NOW_S + 50 * HOUR_S)
    assert [each.ended_at_s for each in letter.over] == [NOW_S + 50 * HOUR_S]


def test_a_letter_dated_by_a_wrong_clock_keeps_none_back() -> None:
    ahead = Alert(Kind.DISK_NEARLY_FULL, None, NOW_S, NOW_S, told_at_s=NOW_S + 3650 * DAY_S)
    _, letters = look([ahead], [Wrong(Kind.DISK_NEARLY_FULL, NOW_S)], NOW_S + 60)
    assert len(letters) == 1


WRONGS = st.frozensets(
    st.sampled_from(
        [
            (Kind.DISK_NEARLY_FULL, None),
            (Kind.BACKUP_FAILED, None),
            (Kind.MAIL_STUCK, None),
            (Kind.SILENT_CAR, 1),
            (Kind.SILENT_CAR, 2),
        ]
    )
)
LOOKS = st.lists(st.tuples(WRONGS, st.integers(30, 3 * HOUR_S)), min_size=1, max_size=200)


@settings(max_examples=examples(60), deadline=None)
@given(LOOKS)
def test_whatever_comes_and_goes_is_told_once_a_day_at_most_and_not_forgotten(
    looks: list[tuple[frozenset[tuple[Kind, int | None]], int]],
) -> None:
    alerts: list[Alert] = []
    at_s, between_s = NOW_S, 3 * HOUR_S
    letter_s: dict[Kind, int] = {}
    for wrong, later_s in looks:
        at_s += later_s
        alerts, news = look(alerts, [Wrong(kind, at_s, car) for kind, car in wrong], at_s)
        standing = [(each.kind, each.vehicle_id) for each in alerts if each.stands]
        assert sorted(standing, key=repr) == sorted(wrong, key=repr)  # each once
        assert len({one.kind for one in news}) == len(news)
        for one in news:
            assert at_s - letter_s.get(one.kind, 0) >= rules.BETWEEN_LETTERS_S
            assert one.all
            letter_s[one.kind] = at_s
        latest_s = rules.BETWEEN_LETTERS_S + rules.GATHERED_S + between_s
        for alert in alerts:
            if alert.kind is Kind.MAIL_STUCK:
                continue
            if not alert.is_told:
                assert at_s - alert.last_s <= latest_s
            elif alert.stands:
                assert alert.told_at_s is not None
                assert at_s - alert.told_at_s <= rules.REMINDED_AFTER_S + latest_s
