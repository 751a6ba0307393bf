"""Whatever is sent, the answer is never a 5xx."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.web.sample import KARIM, MANAGER, TOKEN

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
