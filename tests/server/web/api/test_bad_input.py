"""Whatever is sent, the answer is never a 5xx; what a program sends amiss is named."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.content import fleet_in
from tests.server.web.sample import (
    CLIO,
    HOUR_S,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PASSWORD,
    PEUGEOT,
    TOKEN,
    id_of,
    own,
    trip_ids,
)

# Each example is a whole request; the application is the same for all of one test.
few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
anything = st.text(max_size=60) | st.sampled_from(
    [
        "",
        "0",
        "-1",
        "9" * 30,
        "1e9",
        "NaN",
        "2026-03-29T02:30",
        "2026-11-24T08:00",
        "9999-12-31",
        "\x00",
        "' OR 1=1 --",
        "<script>",
        "{{7*7}}",
        "٣",
        "a" * 3000,
    ]
)
names = st.sampled_from(
    [
        "vehicle",
        "start",
        "end",
        "purpose",
        "login",
        "password",
        "next",
        "language",
        "like",
        "before",
        "since",
        "until",
        "directorate",
        "all",
        "agent",
        "without_keys",
        "rating",
        "message",
        "damage",
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
async def karim(arrive):
    return await arrive(KARIM)


@pytest.fixture
async def manager(arrive):
    return await arrive(MANAGER)


@few
@given(fields=st.dictionaries(names, anything))
@pytest.mark.parametrize(
    "path",
    [
        "/reservations/nouvelle",
        "/connexion",
        "/langue",
        "/reservations/1/annuler",
        "/trajets/1/terminer",
        "/trajets/31/avis",
        "/badges/1/bloquer",
    ],
)
async def test_any_form_is_answered(karim, path, fields):
    token = TOKEN.search(await karim.read("/reservations"))[1]
    answer = await karim.client.post(
        path, data=fields | {"csrf_token": token}, allow_redirects=False
    )
    assert answer.status < 500


@few
@given(query=st.dictionaries(names, anything))
@pytest.mark.parametrize(
    "path",
    [
        "/trajets",
        "/trajets/1",
        "/badges-refuses",
        "/badges",
        "/avis",
        "/boitiers",
        "/voitures",
        "/voitures/1",
        "/sites",
        "/groupes",
        "/a-traiter",
        "/reservations/nouvelle",
        "/api/trips",
        "/api/refusals",
    ],
)
async def test_any_query_is_answered(manager, path, query):
    answer = await manager.client.get(path, params=query, allow_redirects=False)
    assert answer.status < 500


@few
@given(number=st.integers(0, 10**40) | st.sampled_from([2**31, 2**63 - 1, 2**63, 10**18]))
@pytest.mark.parametrize("path", ["/trajets/{}", "/reservations/{}/annuler", "/api/trips/{}"])
async def test_any_number_in_an_address_is_answered(karim, path, number):
    answer = await karim.client.get(path.format(number), allow_redirects=False)
    assert answer.status in (200, 404)


@few
@given(number=st.integers(0, 10**40) | st.sampled_from([2**31, 2**63 - 1, 2**63, 10**18]))
@pytest.mark.parametrize("path", ["/trajets/{}/terminer", "/badges/{}/bloquer", "/avis/{}"])
async def test_any_number_in_an_address_to_act_on_is_answered(manager, path, number):
    answer = await manager.client.get(path.format(number), allow_redirects=False)
    assert answer.status in (200, 303, 404)


@few
@given(
    body=st.dictionaries(
        st.sampled_from(
            ["vehicle_id", "starts_at_s", "ends_at_s", "purpose", "rating", "message", "damage"]
        ),
        json_values,
    )
)
@pytest.mark.parametrize("path", ["/api/bookings", "/api/trips/31/feedback"])
async def test_any_json_is_answered(karim, path, body):
    assert (await karim.client.post(path, json=body)).status < 500


@few
@given(body=st.dictionaries(st.sampled_from(["said_at_s", "answer"]), json_values))
async def test_any_json_to_a_manager_s_door_is_answered(manager, body):
    assert (await manager.client.post("/api/feedback/31/answer", json=body)).status < 500


@few
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-7",
            "application/x-www-form-urlencoded; charset=nonsense",
            "multipart/form-data; boundary=x",
            "application/json",
            "application/json; charset=utf-16",
            "text/plain",
            "nonsense",
        ]
    ),
)
@pytest.mark.parametrize("path", ["/reservations/nouvelle", "/langue", "/api/bookings"])
async def test_any_bytes_of_any_kind_are_answered(karim, path, body, kind):
    answer = await karim.client.post(path, data=body, headers={"Content-Type": kind})
    assert answer.status < 500


@few
@given(
    value=st.text(
        st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80
    )
)
@pytest.mark.parametrize(
    "name",
    ["Accept-Language", "Cookie", "Origin", "X-Forwarded-Proto", "HX-Request", "Sec-Fetch-Site"],
)
async def test_any_header_is_answered(visitor, name, value):
    for method in ("GET", "POST"):
        answer = await visitor.client.request(
            method, "/connexion", headers={name: value}, allow_redirects=False
        )
        assert answer.status < 500


async def test_a_body_beyond_a_megabyte_is_413(karim):
    answer = await karim.client.post("/langue", data={"language": "x" * 2_000_000})
    assert answer.status == 413


async def test_a_method_a_page_does_not_have_is_405_and_names_those_it_has(karim):
    answer = await karim.client.put("/reservations")
    assert answer.status == 405 and "GET" in answer.headers["Allow"]


async def test_a_database_that_cannot_be_read_is_a_503_that_says_so(arrive, tmp_path: Path):
    manager = await arrive(MANAGER)
    database = sqlite3.connect(tmp_path / "voiturier.db")
    database.execute("ALTER TABLE refusal RENAME TO out_of_reach")
    database.close()
    answer = await manager.client.get("/badges-refuses")
    assert answer.status == 503
    assert "momentanément indisponible" in await answer.text()
    answer = await manager.client.get("/api/refusals")
    assert (answer.status, (await answer.json())["error"]) == (503, "unavailable")


# What changes something through the API: a body that is in order, from which one word is taken
# amiss at a time.


LINE = {"check": "relay", "outcome": "failed", "failure": "RELAY_DEAD", "value": "0 V"}


@pytest.fixture
async def in_order(arrive, store):
    """(method, route) -> who may ask it, where, and what with."""
    under_way, ended = await trip_ids(store)
    lucie, karim, manager = [await arrive(login) for login in (LUCIE, KARIM, MANAGER)]
    arrives, leaves = await arrive(LUCIE), await arrive(LUCIE)
    pair = {"login": LUCIE, "password": PASSWORD, "code": None}
    said = {"rating": 2, "message": "Voyant d'huile", "damage": False}
    await lucie.client.post(f"/api/trips/{ended}/feedback", json=said)
    coming = next(b for b in await own(store, KARIM) if b.plate == PEUGEOT)
    booking = f"/api/bookings/{coming.booking_id}"
    (over,) = await own(store, LUCIE)
    car = {"vehicle_id": int(await id_of(store, CLIO))}
    hours = {"starts_at_s": NOW_S + 9 * HOUR_S, "ends_at_s": NOW_S + 10 * HOUR_S}
    whole = car | hours | {"purpose": "Visite", "equipment": [], "private": False, "weeks": 1}
    later = {"ends_at_s": coming.ends_at_s + HOUR_S}
    feedback = {"rating": None, "message": "Aile rayée", "damage": True}
    answer = {"said_at_s": NOW_S, "answer": "Au garage."}
    written = {"mac": "a0:b7:65:4c:11:2e", "micropython": "1.27.0", "iccid": None, "imei": None}
    wired = dict.fromkeys(("start_relay", "ignition_line", "door_contact", "key_holder"), True)
    board = {"plate": PEUGEOT, "board": "host", "mac": "a0:b7:65:4c:11:2f", "replace": True}
    box = (await store.boxes.all())[0]
    return {
        ("POST", "/api/bookings"): (karim, "/api/bookings", whole),
        ("POST", "/api/bookings/{id}/vehicle"): (karim, f"{booking}/vehicle", car),
        ("POST", "/api/bookings/{id}/end"): (karim, f"{booking}/end", later),
        ("POST", "/api/bookings/{id}/return"): (
            lucie,
            f"/api/bookings/{over.booking_id}/return",
            {},
        ),
        ("POST", "/api/trips/{id}/feedback"): (
            karim,
            f"/api/trips/{under_way}/feedback",
            feedback,
        ),
        ("POST", "/api/feedback/{id}/answer"): (manager, f"/api/feedback/{ended}/answer", answer),
        ("DELETE", "/api/bookings/{id}"): (karim, booking, {}),
        ("POST", "/api/boxes"): (
            manager,
            "/api/boxes",
            board | wired | {"reader": "pn532", "sim_pin": None},
        ),
        ("POST", "/api/boxes/{wire_id}/flashed"): (
            manager,
            f"/api/boxes/{box.wire_id.hex()}/flashed",
            written,
        ),
        ("POST", "/api/boxes/{wire_id}/bench"): (
            manager,
            f"/api/boxes/{box.wire_id.hex()}/bench",
            {"mac": written["mac"], "at_s": NOW_S, "lines": [LINE], "done": True},
        ),
        ("POST", "/api/session"): (arrives, "/api/session", pair),
        ("DELETE", "/api/session"): (leaves, "/api/session", {}),
    }


def changing_routes(app):
    """Every route of the API that changes something."""
    return {
        (route.method, re.sub(r"\{id:[^/]*\}", "{id}", route.resource.canonical))
        for route in app.router.routes()
        if route.resource.canonical.startswith("/api/") and route.method not in ("GET", "HEAD")
    }


async def stored(store):
    """All that the database holds of the fleet."""

    def read():
        return fleet_in(store._engine.reader())

    return await store.in_reader(read)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


amiss = (
    st.integers(min_value=2**63)
    | st.integers(max_value=-1)
    | st.sampled_from(
        [
            10**400,
            2**64,
            float("nan"),
            float("inf"),
            -float("inf"),
            "x" * 10**6,
            {},
            {"a": {"b": 1}},
        ]
    )
    | st.builds(nested, st.integers(1, 200))
)
no_body = st.sampled_from(
    [
        "",
        "{",
        "[]",
        "null",
        "NaN",
        "1" * 5000,
        "[" * 100_000,
        '{"a": 1, "a": 2}',
        "\ud800",
    ]
)


async def ask(in_order, route, body):
    """Send a body, an object or a text, and return what is refused: status and JSON."""
    who, path, _ = in_order[route]
    data = (body if isinstance(body, str) else json.dumps(body)).encode(errors="surrogatepass")
    answer = await who.client.request(
        route[0], path, data=data, headers={"Content-Type": "application/json"}
    )
    told = await answer.json()
    assert 400 <= answer.status < 500, told
    assert told.keys() >= {"error", "message", "field"} and "%(" not in told["message"]
    assert told["error"] != "not_expected", "a word without a reason of its own"
    return answer.status, told


async def test_each_way_to_change_something_is_tried_and_works_when_in_order(client, in_order):
    assert set(in_order) == changing_routes(client.app)
    for (method, _), (who, path, body) in in_order.items():
        answer = await who.client.request(method, path, json=body)
        assert answer.status < 300, await answer.text()


@few
@given(data=st.data())
async def test_one_word_amiss_is_named_and_nothing_is_stored(store, in_order, data):
    before = await stored(store)
    words = [(route, word) for route, (_, _, body) in in_order.items() for word in body]
    for route, word in words:
        body = in_order[route][2] | {word: data.draw(amiss)}
        status, told = await ask(in_order, route, body)
        assert (status, told["field"]) == (400, word), (route, told)
    assert await stored(store) == before


@few
@given(
    unknown=st.sets(
        st.text(min_size=1, max_size=30).map("x".__add__) | st.just("\ud800"),
        min_size=1,
        max_size=1,  # two values of a megabyte are too large a body, which is told first
    ),
    value=amiss,
)
async def test_words_that_are_unknown_are_named_and_nothing_is_stored(
    store, in_order, unknown, value
):
    before = await stored(store)
    thousand = {f"word{i}": i for i in range(1000)}
    for route, (_, _, body) in in_order.items():
        few_words = dict.fromkeys(unknown, 1) | {min(unknown): value}
        for more in (few_words, thousand):
            _, told = await ask(in_order, route, body | more)
            assert told["error"] == "unknown_word" and told["field"] in more
    assert await stored(store) == before


@few
@given(text=no_body)
async def test_what_is_no_object_in_json_is_told_so_and_nothing_is_stored(store, in_order, text):
    before = await stored(store)
    for route in in_order:
        if route[0] == "DELETE" and not text:
            continue  # it needs no body
        _, told = await ask(in_order, route, text)
        assert told["error"] in ("not_json", "not_an_object", "word_twice")
        assert told["error"] == "not_an_object" or told["field"]
    assert await stored(store) == before


async def test_a_body_of_more_than_a_megabyte_is_413_in_json_too(store, in_order):
    before = await stored(store)
    for route in in_order:
        status, told = await ask(in_order, route, {"purpose": "x" * 2**20})
        assert (status, told["error"]) == (413, "too_large")
    assert await stored(store) == before
