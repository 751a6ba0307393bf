"""What a mail address is here: one mailbox, in the letters that every mail server takes.

Never here: whether somebody reads it, sending (server/mail/).
"""

import re
from typing import Annotated

from pydantic import BeforeValidator

from server.fleet.inputs import Says, one_line, refuse
from server.fleet.refusals import Reason

_LONGEST = 254  # what mail servers take (RFC 5321, erratum 1690)
_LONGEST_NAME = 64
_NAME = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_NAME}(?:\.{_NAME})*@(?:{_LABEL}\.)+{_LABEL}")


def email_of(text: object) -> object:
    """Return a mail address without what is around it, its domain in small letters.

    Raises:
        PydanticCustomError: NOT_AN_EMAIL.
    """
    if not isinstance(text, str):
        return text
    name, _, domain = str(one_line(text)).rpartition("@")
    address = f"{name}@{domain.lower()}"
    if len(address) > _LONGEST or len(name) > _LONGEST_NAME or not _EMAIL.fullmatch(address):
        raise refuse(Reason.NOT_AN_EMAIL)
    return address


Email = Annotated[str, Says(Reason.NOT_AN_EMAIL), BeforeValidator(email_of)]
