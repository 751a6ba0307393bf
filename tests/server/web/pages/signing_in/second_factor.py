"""Somebody who sets up a second factor: its secret and recovery codes, as the page shows them."""

import re

import pyotp

from tests.server.web.sample import PASSWORD

FACTOR = "/profil/second-facteur"


def secret_on(page):
    return re.sub(r"\s", "", re.search(r'<code class="said">([^<]+)<', page)[1])


def codes_on(page):
    return re.findall(r"<li><code>([^<]+)</code>", page)


async def set_up(person, clock):
    """Switch it on; return its secret and the recovery codes."""
    assert (await person.send(FACTOR, password=PASSWORD)).status == 303
    page = await person.read(FACTOR)
    assert 'class="qr"' in page and "style=" not in page
    secret = secret_on(page)
    code = pyotp.TOTP(secret).at(clock.at_s)
    answer = await person.send(FACTOR, f"{FACTOR}/confirmer", code=code)
    codes = codes_on(await answer.text())
    assert answer.status == 200 and len(codes) == 10
    clock.at_s += 30
    return secret, codes
