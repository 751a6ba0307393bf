"""*Boîtiers* says of a box that is back what kept it off the air, in words that help."""

import pytest

from server.fleet.records import Holder
from server.gateway.translate import read_record
from shared_protocol import records
from tests.server.web.sample import MANAGER, NOW_S, report_of_clio

CAUSES = sorted(name for name in vars(records) if name.startswith("OFF_AIR_"))
HELP = {
    "OFF_AIR_NO_SIM": "il n’y a pas de carte SIM",
    "OFF_AIR_PIN_WANTED": "la carte SIM demande un code PIN que le boîtier n’a pas reçu",
    "OFF_AIR_PIN_WRONG": "la carte SIM a refusé le code PIN du boîtier",
    "OFF_AIR_SIM_FAILED": "la carte SIM est bloquée ou en panne",
    "OFF_AIR_NETWORK_REFUSED": "vérifiez le point d’accès, l’identifiant et l’abonnement",
    "OFF_AIR_NO_CONTEXT": "vérifiez le point d’accès",
}


@pytest.mark.parametrize("name", CAUSES)
async def test_each_cause_has_its_line_once_the_box_is_back(arrive, store, name: str) -> None:
    manager = await arrive(MANAGER)
    assert "hors ligne pendant" not in await manager.read("/boitiers")
    body = records.OffAir(getattr(records, name), 3600)
    await report_of_clio(store, read_record(records.to_record(NOW_S, body), Holder(), NOW_S))
    page = (await manager.read("/boitiers")).replace("\N{NO-BREAK SPACE}", " ")
    assert "hors ligne pendant 1 heure" in page
    assert HELP.get(name, "hors ligne") in page
    assert "ne connaît pas" not in page, "the server has no words for it"


async def test_starts_that_failed_have_their_line(arrive, store) -> None:
    manager = await arrive(MANAGER)
    for count, line in (
        (1, "1 démarrage a échoué avant celui du"),
        (3, "3 démarrages de suite ont échoué"),
    ):
        assert line not in await manager.read("/boitiers")
        body = records.StartsFailed(count, 1)
        await report_of_clio(store, read_record(records.to_record(NOW_S, body), Holder(), NOW_S))
        assert line in await manager.read("/boitiers")
