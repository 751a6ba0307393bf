"""The notice before first use: shown once, noted with its time, asked again when it changes."""

import json

import pytest

from server.fleet import fleet_file
from server.fleet.privacy.registry import KINDS
from server.fleet.records import BadgeRefused, Holder
from tests.fleet import agent
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    HOUR_S,
    LUCIE,
    MANAGER,
    NOW_S,
    PASSWORD,
    report,
)

NEW = "noe.petit"
NOTICE = "/note-d-information"
FORM = "/reservations/nouvelle"


@pytest.fixture
async def newcomer(store):
    """Somebody who has an account, and has never signed in."""
    entry = agent(NEW, b"", badges=[], password=PASSWORD)
    hashes = {NEW: (await store.agents.by_login(LUCIE)).password_hash}
    await store.fleet.load(fleet_file.parse(json.dumps({"agents": [entry]})), hashes, NOW_S)
    return (await store.agents.by_login(NEW)).agent_id


async def test_a_first_sign_in_leads_to_the_notice_and_from_there_to_the_page_that_was_wanted(
    visitor, newcomer, store, clock, woken
):
    answer = await visitor.send(
        "/connexion", login=NEW, password=PASSWORD, next="/trajets?since=2026-11-02"
    )
    there = answer.headers["Location"]
    assert there.startswith(NOTICE)
    assert "J’en ai pris connaissance" in await visitor.read(there)
    assert await store.notices.of(newcomer) == [], "to open it is not to take note"
    clock.at_s += 60
    answer = await visitor.send(there)
    assert answer.headers["Location"] == "/trajets?since=2026-11-02"
    (noted,) = await store.notices.of(newcomer)
    assert (noted.how, noted.at_s, noted.by_self) == ("page", NOW_S + 60, True)
    assert woken == [None], "cars hear of the first"
    await visitor.send(there)
    assert [noted] == await store.notices.of(newcomer), "twice is once"
    assert "J’en ai pris connaissance" not in await visitor.read(NOTICE)
    await visitor.send("/profil", "/deconnexion")
    assert (await visitor.sign_in(NEW)).headers["Location"] == "/reservations"


async def test_the_notice_says_of_account_and_badge_what_the_registry_says(visitor):
    page = await visitor.read(NOTICE)
    ends = {kind.name: kind.until[0].setting for kind in KINDS}
    assert ends["account"] == ends["badges"] == "accounts_d"
    assert "le compte et le badge 5 ans après la clôture du compte" in page


async def test_another_version_of_the_notice_asks_again_and_stops_nobody_meanwhile(
    visitor, store, woken
):
    await store.notices.announce("2-another", NOW_S)
    assert (await visitor.sign_in(LUCIE)).headers["Location"].startswith(NOTICE)
    await visitor.read(FORM)
    await visitor.send(NOTICE)
    lucie = await store.agents.by_login(LUCIE)
    newest, *_ = await store.notices.of(lucie.agent_id)
    assert newest.version == "2-another"
    assert woken == [], "no car refuses for want of the newest"


async def test_nobody_books_before_they_were_informed(visitor, newcomer, store):
    await visitor.sign_in(NEW)
    answer = await visitor.client.get(FORM, allow_redirects=False)
    assert answer.headers["Location"].startswith(NOTICE)
    (car, *_) = await store.vehicles.all()
    wanted = {
        "vehicle_id": car.vehicle_id,
        "starts_at_s": NOW_S + 5 * DAY_S,
        "ends_at_s": NOW_S + 5 * DAY_S + HOUR_S,
        "purpose": "Visite",
    }
    answer = await visitor.client.post("/api/bookings", json=wanted)
    assert (answer.status, (await answer.json())["error"]) == (409, "notice_first")
    await visitor.send(NOTICE)
    assert (await visitor.client.post("/api/bookings", json=wanted)).status == 201


async def test_anybody_reads_the_notice_also_whoever_has_no_account(visitor):
    page = await visitor.read(NOTICE)
    for said in ("Qui est responsable", "60 jours", "Vos droits", "CNIL", "mission d’intérêt"):
        assert said in page
    assert "J’en ai pris connaissance" not in page, "nobody is there to take note"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:1"])
async def test_the_notice_leads_nowhere_else(visitor, newcomer, wanted):
    await visitor.sign_in(NEW)
    answer = await visitor.send(f"{NOTICE}?next={wanted}")
    assert answer.headers["Location"] == "/reservations"


async def test_a_manager_writes_down_who_was_given_it_on_paper_and_when(arrive, newcomer, store):
    manager = await arrive(MANAGER)
    person, paper = f"/agents/{newcomer}", f"/agents/{newcomer}/note-d-information"
    assert "non enregistrée" in await manager.read(person)
    answer = await manager.send(paper, at_s="2026-12-24")
    assert (answer.status, "pas encore venu" in await answer.text()) == (422, True)
    assert (await manager.send(paper, at_s="")).status == 422
    assert (await manager.send(paper, at_s="2026-11-20")).headers["Location"] == person
    (noted,) = await store.notices.of(newcomer)
    assert (noted.how, noted.by_self, noted.noted_at_s) == ("paper", False, NOW_S)
    assert "sur papier" in await manager.read(person)
    assert (await (await arrive(NEW)).client.get(FORM, allow_redirects=False)).status == 200


async def test_nobody_else_may_write_it_down(arrive, newcomer):
    lucie = await arrive(LUCIE)
    await lucie.read(f"/agents/{newcomer}/note-d-information", 403)


async def test_the_refusals_page_says_what_to_do_where_a_car_refused_for_want_of_it(arrive, store):
    lucie = await store.agents.by_login(LUCIE)
    holder = Holder(lucie.agent_id, lucie.directorate_id)
    await report(store, CLIO, BadgeRefused(NOW_S - 60, "no_notice", holder))
    page = await (await arrive(MANAGER)).read("/badges-refuses")
    assert "La note d’information n’est pas enregistrée" in page
    assert "remettez-la sur papier" in page


async def test_a_form_sent_before_the_notice_leads_to_it_and_is_filled_in_afterwards(
    visitor, newcomer, store
):
    await visitor.sign_in(NEW)
    fields = {"start": "2026-11-27T09:00", "end": "2026-11-27T10:00", "purpose": "Visite à Mamers"}
    (car, *_) = await store.vehicles.all()
    answer = await visitor.send("/reservations", FORM, vehicle=str(car.vehicle_id), **fields)
    there = answer.headers["Location"]
    assert there.startswith(NOTICE) and "Lisez d’abord" in await visitor.read(there)
    assert (await visitor.send(there)).headers["Location"] == FORM
    assert "Visite à Mamers" in await visitor.read(FORM)
