"""The pages of tables: sending one, reading its verdicts, taking it in and back, getting one."""

import asyncio
import html
import re

import pytest
from aiohttp import FormData

from server.fleet.roles import WHOLE, Role, RoleGrant
from server.fleet.tables.sheet import MOST_BYTES
from server.web.pages.tables import waiting
from tests.server.web.sample import KARIM, MANAGER, TOKEN

PEOPLE = "identifiant;nom complet;direction\r\n"


@pytest.fixture
async def manager(arrive):
    return await arrive(MANAGER)


async def post(browser, content: bytes, kind: str = "people", name: str = "agents.csv", token=None):
    shown = await browser.read("/importer")
    form = FormData()
    form.add_field("csrf_token", token or html.unescape(TOKEN.search(shown)[1]))
    form.add_field("kind", kind)
    form.add_field("file", content, filename=name, content_type="text/csv")
    return await browser.client.post("/importer", data=form, allow_redirects=False)


async def check(browser, text: str, kind: str = "people") -> str:
    """Return where the verdicts are."""
    answer = await post(browser, text.encode("cp1252"), kind)
    assert answer.status == 303
    return answer.headers["Location"]


async def one_of(store, login: str):
    return await store.agents.by_login(login)


async def test_a_table_is_read_taken_in_and_taken_back(manager, store, woken) -> None:
    where = await check(manager, PEOPLE + "zoé;Zoé Bœuf;DDT\r\nkarim.benali;K. B.;DDT\r\n")
    shown = await manager.read(where)
    assert "Zoé" not in shown.partition("<main")[0] and "zoé" in shown and "K. B." in shown
    assert await one_of(store, "zoé") is None and woken == []
    answer = await manager.send(where)
    assert answer.headers["Location"] == where
    listed = await manager.read(where)
    assert "Import fait. Lignes nouvelles : 1, modifiées : 1." in listed and "agents.csv" in listed
    assert (await one_of(store, "zoé")).full_name == "Zoé Bœuf" and woken == [None]
    assert "Ce que ce tableau changerait" not in await manager.read(where), "it is not kept"
    answer = await manager.send("/importer/1/annuler")
    assert answer.headers["Location"] == "/importer"
    assert "L’import est annulé." in await manager.read("/importer")
    assert await one_of(store, "zoé") is None
    assert "annulé" in await manager.read("/importer")
    await manager.send("/importer/1/annuler")
    assert "Cet import a déjà été annulé." in await manager.read("/importer")


async def test_lines_at_fault_are_shown_first_and_nothing_can_be_taken_in(manager, store) -> None:
    where = await check(manager, PEOPLE + "eva;Eva;DDT\r\nida;Ida;NULLE\r\n;Uma;DDT\r\n")
    shown = await manager.read(where)
    assert "Certaines lignes sont refusées" in shown and "Cette cellule est vide." in shown
    assert "Existent : " in shown and shown.index("ida</span>") < shown.index("eva</span>")
    assert re.search(r"<title>Erreur\s*: ", shown) and "Importer</button>" not in shown
    await manager.send(where)
    assert await one_of(store, "eva") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide."),
        (b"identifiant;nom complet;direction\n", "Ce fichier n’a qu’une ligne de titres"),
        (b"identifiant\neva\n", "Ligne 1 : La colonne nom complet manque"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "C’est un ancien fichier Excel"),
    ],
)
async def test_what_is_no_table_is_told_beside_the_file(manager, content: bytes, said: str) -> None:
    answer = await post(manager, content)
    shown = html.unescape(await answer.text())
    assert answer.status == 422 and said in shown and 'id="file-error"' in shown


async def test_no_file_another_kind_and_a_stale_page_are_told(manager) -> None:
    answer = await post(manager, b"a", name="")
    assert answer.status == 422 and "Choisissez un fichier." in await answer.text()
    answer = await post(manager, b"a;b", kind="bookings")
    assert answer.status == 422 and 'id="kind-error"' in await answer.text()
    answer = await post(manager, b"a;b", token="stale")
    assert answer.status == 403
    answer = await manager.client.post("/importer", data={"kind": "people"})
    assert answer.status == 403


async def test_a_file_that_is_too_large_is_told(manager) -> None:
    answer = await post(manager, b"a;b\n" * (MOST_BYTES // 4 + 100_000))
    assert answer.status == 413 and "Ce fichier est trop grand." in await answer.text()
    answer = await post(manager, b"a;b\n" * (MOST_BYTES // 4 + 1))
    assert answer.status == 422 and "trop grand" in await answer.text()


async def test_who_sends_a_table_alone_reads_its_verdicts(manager, arrive, store) -> None:
    where = await check(manager, PEOPLE + "eva;Eva;DDT\r\n")
    karim = await arrive(KARIM)
    for path in (where, "/importer", "/importer/modele/people.csv", "/importer/export/people.csv"):
        await karim.read(path, status=403)
    someone = await one_of(store, KARIM)
    await store.roles.give(someone.agent_id, RoleGrant(0, Role.MANAGER, WHOLE, 0), None, "Essai")
    shown = await karim.read(where)
    assert "n’est plus conservé" in shown and "Ce que ce tableau changerait" not in shown


async def test_a_fleet_that_changed_meanwhile_is_read_again(manager, store) -> None:
    where = await check(manager, PEOPLE + "eva;Eva;DDT\r\n")
    await manager.read(where)
    other = await check(manager, PEOPLE + "eva;Autre;DDT\r\n")
    await manager.read(other)
    await manager.send(other)
    await manager.read(other)
    await manager.send(where)
    shown = await manager.read(where)
    assert "Le parc a changé depuis l’affichage" in shown and "Autre → Eva" in shown
    assert (await one_of(store, "eva")).full_name == "Autre"


async def test_progress_is_shown_until_it_is_done(manager, monkeypatch) -> None:
    monkeypatch.setattr(waiting, "_SOON_S", 0)
    is_free = asyncio.Event()
    begin = waiting.Table.begin

    async def held(self, work):
        async def later(told):
            told(100, 250)
            await is_free.wait()
            return await work(told)

        await begin(self, later)

    monkeypatch.setattr(waiting.Table, "begin", held)
    where = await check(manager, PEOPLE + "eva;Eva;DDT\r\n")
    await asyncio.sleep(0)
    shown = await manager.read(where)
    assert "100 lignes sur 250." in shown and 'hx-trigger="every 1s"' in shown
    is_free.set()
    answer = await manager.client.get(where, headers={"HX-Request": "true"})
    while "HX-Refresh" not in answer.headers:
        answer = await manager.client.get(where, headers={"HX-Request": "true"})
    assert "Ce que ce tableau changerait" in await manager.read(where)


async def test_long_tables_are_shown_in_parts(manager) -> None:
    lines = "".join(f"p{i};P {i};DDT\r\n" for i in range(450))
    where = await check(manager, PEOPLE + lines)
    shown = await manager.read(where)
    assert "p199" in shown and "p200" not in shown
    assert "p449" in await manager.read(f"{where}?after=400")


async def test_tables_go_out_but_no_badge_s_number(manager) -> None:
    for kind in ("people", "cars", "sites", "directorates"):
        for made in ("csv", "xlsx"):
            answer = await manager.client.get(f"/importer/export/{kind}.{made}")
            assert (
                answer.status == 200 and f"{kind}.{made}" in answer.headers["Content-Disposition"]
            )
            again = await post(manager, await answer.read(), kind)
            shown = await manager.read(again.headers["Location"])
            assert "inchangée" in shown and "modifiée" not in shown.partition("<main")[2]
    assert (await manager.client.get("/importer/export/badges.csv")).status == 403
    answer = await manager.client.get("/importer/modele/badges.csv")
    assert (await answer.text("utf-8-sig")) == "numéro de badge;identifiant\r\n"
