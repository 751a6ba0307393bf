"""The picture that an app reads a secret from. Never here: secrets (actions/signing_in/)."""

import segno
from markupsafe import Markup

from server.fleet.accounts.second_factor import address_of

_PIXELS = 5  # of a module: a phone reads it from a screen at arm's length


def picture_of(secret: str, login: str) -> Markup:
    """Return a QR code as SVG that stands in a page: shapes alone, no style and no script."""
    code = segno.make_qr(address_of(secret, login), error="m")
    return Markup(
        code.svg_inline(scale=_PIXELS, border=4, light="#fff", svgclass=None, lineclass=None)
    )
