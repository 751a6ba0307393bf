"""Feedback: who may say what, who answers, and how the driver hears of it."""

import re

import pytest

from tests.server.web.sample import HOUR_S, KARIM, LUCIE, MANAGER, NOW_S, trip_ids

SAID = {"rating": "2", "message": "Voyant d'huile.\r\n\r\nAllumé <b>depuis Mamers", "damage": "y"}


async def test_a_driver_says_it_a_manager_answers_and_the_driver_is_told(arrive, store, clock):
    _, ended = await trip_ids(store)
    trip, lucie, manager = f"/trajets/{ended}", await arrive(LUCIE), await arrive(MANAGER)
    assert "Donner votre avis" in await lucie.read(trip)
    for _ in range(2):  # twice is once
        answer = await lucie.send(f"{trip}/avis", **SAID)
        assert (answer.status, answer.headers["Location"]) == (303, trip)
    page = await lucie.read(trip)
    assert "2, mauvais" in page and "Voyant d'huile.\n\nAllumé <b>depuis Mamers" in page
    clock.at_s += 3 * HOUR_S
    log = await manager.read("/trajets")
    assert "Messages sans réponse\u00a0: 1" in log and "dont voiture abîmée\u00a0: 1" in log
    listed = await manager.read("/avis")
    assert "dégât" in listed and re.search(r"en attente depuis 3\sheures", listed)
    answer = await manager.send(f"/avis/{ended}", **await fields(manager, ended, "Au garage."))
    assert (answer.status, answer.headers["Location"]) == (303, "/avis")
    listed = await manager.read("/avis")
    assert "répondu" in listed and "pas encore lu" in listed and "en attente" not in listed
    assert "Messages sans réponse" not in await manager.read("/trajets")
    assert "Votre message a reçu une réponse" in await lucie.read("/reservations")
    await manager.read(trip)  # a manager's look is not the driver's
    assert "Votre message a reçu une réponse" in await lucie.read("/reservations")
    page = await lucie.read(trip)
    assert "Réponse de Claire Martin" in page and "Au garage." in page
    assert "Votre message a reçu une réponse" not in await lucie.read("/reservations")
    assert "pas encore lu" not in await manager.read("/avis")


async def fields(manager, trip_id: int, text: str) -> dict[str, str]:
    """What the answer's form sends."""
    page = await manager.read(f"/avis/{trip_id}")
    said_at_s = re.search(r'name="said_at_s"[^>]*value="(\d+)"', page)[1]
    return {"answer": text, "said_at_s": said_at_s}


async def test_what_was_answered_can_no_longer_be_changed_but_rated(arrive, store):
    _, ended = await trip_ids(store)
    lucie, manager = await arrive(LUCIE), await arrive(MANAGER)
    await lucie.send(f"/trajets/{ended}/avis", **SAID)
    await manager.send(f"/avis/{ended}", **await fields(manager, ended, "Vu"))
    assert "<textarea" not in await lucie.read(f"/trajets/{ended}/avis")
    await lucie.send(f"/trajets/{ended}/avis", rating="5", message="Autre chose")
    feedback = await store.feedback.of_trip(ended)
    assert (feedback.rating, feedback.message[:6], feedback.damage) == (5, "Voyant", True)
    answer = await lucie.client.post(
        f"/api/trips/{ended}/feedback", json={"rating": 5, "message": "Autre", "damage": False}
    )
    assert (answer.status, (await answer.json())["error"]) == (409, "already_answered")


async def test_a_message_that_changed_meanwhile_is_shown_again_before_it_is_answered(
    arrive, store, clock
):
    _, ended = await trip_ids(store)
    lucie, manager = await arrive(LUCIE), await arrive(MANAGER)
    await lucie.send(f"/trajets/{ended}/avis", **SAID)
    stale = await fields(manager, ended, "Au garage.")
    clock.at_s += 60
    await lucie.send(f"/trajets/{ended}/avis", rating="2", message="Finalement rien.")
    answer = await manager.send(f"/avis/{ended}", **stale)
    page = await answer.text()
    assert answer.status == 422 and "a changé entre-temps" in page
    assert "Finalement rien." in page and "Au garage." in page and str(NOW_S + 60) in page
    assert (await store.feedback.of_trip(ended)).waits


async def test_damage_found_at_the_start_is_reported_before_the_trip_ends(arrive, store):
    under_way, _ = await trip_ids(store)
    karim = await arrive(KARIM)
    assert "c’était avant vous" in await karim.read(f"/trajets/{under_way}")
    form = f"/trajets/{under_way}/avis"
    assert 'name="rating"' not in await karim.read(form), "it is too early to rate"
    assert (await karim.send(form, rating="1", message="Aile rayée", damage="y")).status == 303
    feedback = await store.feedback.of_trip(under_way)
    assert (feedback.rating, feedback.damage) == (None, True)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "message", "Donnez une note ou laissez un message."),
        ({"damage": "y", "rating": "3"}, "message", "Dites ce qui est abîmé, et où."),
        ({"message": "x" * 2001}, "message", "2000 caractères"),
        ({"rating": "6"}, "rating", "Donnez une note de 1 à 5, ou aucune."),
        ({"rating": "<"}, "rating", "Choisissez"),
    ],
)
async def test_what_cannot_stand_is_said_beside_its_field(arrive, store, said, field, words):
    _, ended = await trip_ids(store)
    answer = await (await arrive(LUCIE)).send(f"/trajets/{ended}/avis", **said)
    page = await answer.text()
    assert answer.status == 422 and words in page[page.index(f'id="{field}-error"') :]
    assert await store.feedback.of_trip(ended) is None


async def test_only_the_driver_speaks_and_only_a_manager_answers(arrive, store):
    under_way, ended = await trip_ids(store)
    karim, lucie, manager = await arrive(KARIM), await arrive(LUCIE), await arrive(MANAGER)
    await lucie.send(f"/trajets/{ended}/avis", **SAID)
    await karim.read(f"/trajets/{ended}/avis", status=404)
    await manager.read(f"/trajets/{ended}/avis", status=403)
    assert "Donner votre avis" not in await manager.read(f"/trajets/{under_way}")
    for path in ("/avis", f"/avis/{ended}", "/api/feedback"):
        await lucie.read(path, status=403)
    answer = await lucie.client.post(
        f"/api/feedback/{ended}/answer", json={"said_at_s": NOW_S, "answer": "Moi"}
    )
    assert answer.status == 403 and (await store.feedback.of_trip(ended)).waits
    assert (await lucie.send("/reservations", f"/avis/{ended}", answer="Moi")).status == 403
    await manager.read(f"/avis/{under_way}", status=404)


async def test_a_form_left_open_too_long_is_shown_again_as_it_was_filled_in(arrive, store):
    _, ended = await trip_ids(store)
    lucie, manager = await arrive(LUCIE), await arrive(MANAGER)
    answer = await lucie.send(f"/trajets/{ended}/avis", **SAID | {"csrf_token": "old"})
    assert answer.status == 403 and "depuis Mamers" in await answer.text()
    await lucie.send(f"/trajets/{ended}/avis", **SAID)
    filled = await fields(manager, ended, "Au garage.") | {"csrf_token": "old"}
    answer = await manager.send(f"/avis/{ended}", **filled)
    assert answer.status == 403 and "Au garage." in await answer.text()
    assert (await store.feedback.of_trip(ended)).waits


async def test_an_answer_to_no_message_in_particular_is_refused(arrive, store):
    _, ended = await trip_ids(store)
    await (await arrive(LUCIE)).send(f"/trajets/{ended}/avis", **SAID)
    manager = await arrive(MANAGER)
    for said_at_s in ("", "now", "9" * 30):
        answer = await manager.send(f"/avis/{ended}", answer="Vu", said_at_s=said_at_s)
        assert answer.status == 400
    answer = await manager.send(f"/avis/{ended}", **await fields(manager, ended, " "))
    assert answer.status == 422 and "Écrivez une réponse." in await answer.text()


async def test_the_api_takes_feedback_and_answers_as_the_pages_do(arrive, store):
    _, ended = await trip_ids(store)
    lucie, manager = await arrive(LUCIE), await arrive(MANAGER)
    said = {"rating": None, "message": " a  b\r\nc\u00ad ", "damage": True}
    answer = await lucie.client.post(f"/api/trips/{ended}/feedback", json=said)
    assert answer.status == 200 and (await answer.json())["message"] == "a b\nc"
    (listed,) = (await (await manager.client.get("/api/feedback")).json())["feedback"]
    content = {"said_at_s": listed["said_at_s"], "answer": "Vu"}
    answer = await manager.client.post(f"/api/feedback/{ended}/answer", json=content)
    assert (await answer.json())["answered_by"] == "Claire Martin"
    shown = await (await lucie.client.get(f"/api/trips/{ended}")).json()
    assert shown["feedback"]["answer"] == "Vu"
    answer = await manager.client.post(
        f"/api/feedback/{ended}/answer", json=content | {"said_at_s": 5}
    )
    assert (answer.status, (await answer.json())["error"]) == (409, "message_changed")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rating": True}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 2**70}, "rating"),
        ({"message": 5}, "message"),
        ({"damage": 1}, "damage"),
        ({"rating": None, "message": "\ud800"}, "message"),
        ({"rating": None, "message": "a\nb\x07"}, "message"),
    ],
)
async def test_the_api_names_the_field_at_fault(arrive, store, changed, field):
    _, ended = await trip_ids(store)
    said = {"rating": 3, "message": "", "damage": False} | changed
    answer = await (await arrive(LUCIE)).client.post(f"/api/trips/{ended}/feedback", json=said)
    assert (answer.status, (await answer.json())["field"]) == (400, field)


@pytest.mark.parametrize("word", ["mesage", "trip_id"])
async def test_a_word_that_no_feedback_has_is_refused_by_its_name(arrive, store, word):
    _, ended = await trip_ids(store)
    lucie, manager = await arrive(LUCIE), await arrive(MANAGER)
    said = {"rating": 3, "message": "", "damage": False, word: ended}
    answer = await lucie.client.post(f"/api/trips/{ended}/feedback", json=said)
    told = await answer.json()
    assert (answer.status, told["error"], told["field"]) == (400, "unknown_word", word)
    assert await store.feedback.of_trip(ended) is None
    await lucie.send(f"/trajets/{ended}/avis", **SAID)
    body = {"said_at_s": NOW_S, "answer": "Vu", word: ended}
    answer = await manager.client.post(f"/api/feedback/{ended}/answer", json=body)
    assert (answer.status, (await answer.json())["field"]) == (400, word)
    assert (await store.feedback.of_trip(ended)).waits


async def test_the_api_is_told_who_may_speak_and_which_trips_there_are(arrive, store):
    under_way, ended = await trip_ids(store)
    karim, manager = await arrive(KARIM), await arrive(MANAGER)
    said = {"rating": None, "message": "Moi", "damage": False}
    for who, status, code in ((karim, 404, "not_found"), (manager, 403, "forbidden")):
        answer = await who.client.post(f"/api/trips/{ended}/feedback", json=said)
        told = await answer.json()
        assert (answer.status, told["error"], told["field"]) == (status, code, None)
    assert (await karim.client.get("/api/trips/999999")).status == 404
    answer = await karim.client.post(f"/api/trips/{under_way}/feedback", json=said | {"rating": 4})
    assert (answer.status, (await answer.json())["error"]) == (400, "rating_too_early")
