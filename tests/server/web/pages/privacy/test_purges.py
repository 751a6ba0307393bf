"""The receipts of purges, for who may see them."""

from server.fleet.privacy.registry import KINDS
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.store.purge import PurgedFile
from server.store.purge.rules import RULES
from tests.server.web.sample import DAY_S, KARIM, LUCIE, NOW_S


def test_every_word_of_a_receipt_is_a_kind_of_the_registry():
    assert {rule.what for rule in RULES} <= {kind.name for kind in KINDS}


async def test_a_data_protection_officer_reads_what_was_erased_and_an_agent_does_not(arrive, store):
    officer = await store.agents.by_login(LUCIE)
    role = RoleGrant(0, Role.DATA_PROTECTION_OFFICER, WHOLE, NOW_S)
    await store.roles.give(officer.agent_id, role, None, "Essai")
    lucie = await arrive(LUCIE)
    assert "Rien n’est encore arrivé à échéance" in await lucie.read("/effacements")
    number = await store.purges.begin(
        NOW_S, NOW_S - 600, {"positions_d": NOW_S - 60 * DAY_S, "refusals_d": 0}, None
    )
    files = (PurgedFile("a.db", 3), PurgedFile("b.db", 0, "damaged"))
    await store.purges.end(number, {"places": 12, "refusals": 2}, files, NOW_S)
    page = await lucie.read("/effacements")
    for words in (
        "Lieux de stationnement : 12 <small>d’avant jeu. 24 sept. 2026",
        "Badges refusés : 2",
        "a.db : 3",
        "n’a pas pu en être effacé",
        "personne ne s’est porté garant de l’heure",
    ):
        assert words in page
    assert '<a class="back-link" href="/roles">' in page
    in_english = await lucie.client.get("/effacements", headers={"Accept-Language": "en"})
    assert "Refused badges: 2" in await in_english.text()
    assert "/effacements" in await lucie.read("/roles")
    await (await arrive(KARIM)).read("/effacements", 403)
