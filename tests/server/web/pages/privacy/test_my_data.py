"""What the system knows of somebody: they find it, read it and take it with them."""

from tests.server.web.sample import LUCIE

DATA = "/mes-donnees"


async def test_the_profile_leads_to_what_is_known(arrive):
    lucie = await arrive(LUCIE)
    assert f'href="{DATA}"' in await lucie.read("/profil")
    assert "Ce que le système sait de moi" in await lucie.read(DATA)
