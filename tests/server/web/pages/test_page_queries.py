"""No page reads a whole table that grows with the years: each question has its index."""

import re
import sqlite3

import pytest

from server.store import sqlite
from tests.server.web.sample import CLIO, KARIM, LUCIE, MANAGER, NOW_S, own, trip_ids

GROWING = {
    "booking", "booking_equipment", "companion", "contradiction", "feedback", "gap", "leg",
    "occupant", "out_of_service", "record", "refusal", "trip", "unassigned",
}  # fmt: skip
# The names that the queries give these tables.
SHORT = {"b": "booking", "o": "booking", "n": "booking", "t": "trip", "f": "feedback",
         "r": "refusal", "g": "gap", "be": "booking_equipment", "c": "companion"}  # fmt: skip


@pytest.fixture
def asked(monkeypatch):
    """Fills with the statements that are run from now on."""
    statements = set()
    connect = sqlite.connect

    def traced(path):
        connection = connect(path)
        connection.set_trace_callback(statements.add)
        return connection

    monkeypatch.setattr(sqlite, "connect", traced)
    return statements


def scanned(database, statement):
    """Return the growing tables that a statement reads from one end to the other."""
    plan = database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    # "SCAN t": all of it; with an index of its own it may be a part (trips under way).
    found = [re.fullmatch(r"SCAN (\w+)", row["detail"]) for row in plan]
    return {SHORT.get(each[1], each[1]) for each in found if each} & GROWING


async def test_no_page_reads_a_growing_table_as_a_whole(asked, arrive, store):
    under_way, ended = await trip_ids(store)
    (booking,) = [each for each in await own(store, KARIM) if each.plate == CLIO]
    karim = await store.agents.by_login(KARIM)
    order = await store.learn_orders.ask(1, 1, None, NOW_S)
    pages = {
        LUCIE: ("/reservations", "/api/bookings", f"/trajets/{ended}"),
        KARIM: (
            "/reservations",
            f"/reservations?after={booking.booking_id}",
            f"/reservations?before={booking.booking_id}",
            "/reservations/nouvelle",
            f"/reservations/{booking.booking_id}/voiture",
            f"/trajets/{under_way}",
            f"/trajets/{under_way}/avis",
            "/trajets",
            "/api/trips",
            f"/api/trips/{under_way}",
            "/api/bookings",
            "/api/vehicles",
            "/api/equipment",
        ),
        MANAGER: (
            "/trajets",
            "/trajets?vehicle=1",
            "/trajets?directorate=1&since=2026-01-01",
            f"/trajets?before={ended}",
            f"/trajets/{under_way}?all&before=1.40",
            f"/trajets/{under_way}/terminer",
            "/avis",
            "/api/feedback",
            "/badges-refuses",
            "/badges-refuses?before=2",
            "/api/refusals",
            "/badges",
            "/badges?before=1",
            f"/badges?agent={karim.agent_id}",
            "/badges/2",
            f"/badges/nouveau?agent={karim.agent_id}",
            "/badges/lire",
            f"/badges/lire/{order.command_id}",
            "/voitures",
            "/voitures?etat=retirees",
            "/voitures/1",
            "/voitures/1/retirer",
            f"/voitures/1/reservations/{booking.booking_id}",
            "/sites",
            "/equipements",
            "/groupes",
            "/boitiers",
            "/boitiers?after=1",
            "/interventions",
            "/interventions?etat=en-service&after=1",
            "/interventions/1",
            "/a-traiter",
            "/a-traiter/kilometres",
            "/a-traiter/kilometres?before=2",
            "/a-traiter/contradictions",
            "/a-traiter/contradictions?before=2",
        ),
    }
    asked.clear()  # what filled the database is no page's question
    for login, paths in pages.items():
        person = await arrive(login)
        for path in paths:
            await person.read(path)
    reads = [sql for sql in asked if re.match(r"\s*(SELECT|WITH)", sql)]
    assert len(reads) > 40, "the pages were traced"
    database = sqlite3.connect(store.data_dir / "voiturier.db")
    database.row_factory = sqlite3.Row
    try:
        assert {sql: scanned(database, sql) for sql in reads if scanned(database, sql)} == {}
    finally:
        database.close()
