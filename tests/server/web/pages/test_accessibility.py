"""The page "accessibility", and the foot of every page."""

from pathlib import Path
from typing import Any

import pytest

from server.app import init_app
from server.config import About, AccessibilityState, Address, Config
from tests.server.web.sample import StillClock


async def test_it_needs_no_account_and_counts_as_not_compliant_until_an_audit(client: Any) -> None:
    text = await (await client.get("/accessibilite")).text()
    assert "Accessibilité : non conforme" in text
    assert "Défenseur des droits" in text
    assert "gestionnaire des voitures de votre service" in text  # nobody to write to was named


@pytest.mark.parametrize(
    ("state", "said"), [("partial", "partiellement conforme"), ("full", "totalement conforme")]
)
async def test_the_foot_of_every_page_says_the_state_and_whom_to_tell(
    aiohttp_client: Any, tmp_path: Path, state: AccessibilityState, said: str
) -> None:
    about = About("Parc de la préfecture", "02 43 00 00 00", "parc@pref.example", None, state)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0), about=about)
    client = await aiohttp_client(init_app(config, StillClock()))
    text = await (await client.get("/connexion")).text()
    assert f"Accessibilité : {said}" in text
    assert 'href="tel:0243000000"' in text
    assert "Parc de la préfecture" in text
    page = await (await client.get("/accessibilite")).text()
    assert 'href="mailto:parc@pref.example"' in page
