"""What the system knows of somebody: they find it, read it and take it with them."""

import pytest

from tests.server.web.sample import LUCIE

DATA = "/mes-donnees"


@pytest.mark.xfail(strict=True, reason="finding P5: nobody can see or take what is known of them")
async def test_the_profile_leads_to_what_is_known(arrive):
    lucie = await arrive(LUCIE)
    assert f'href="{DATA}"' in await lucie.read("/profil")
    assert "Ce que le système sait de moi" in await lucie.read(DATA)
