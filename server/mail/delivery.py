"""One letter to the mail server, and what came of it. Never here: when (worker.py), the outbox."""

import asyncio
import re
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib

from server.config import MailSettings
from server.fleet.accounts.mail import Outcome, WaitingMail

_TIMEOUT_S = 30.0
_ANSWERS = 4  # of the full time; there are about ten, most of them at once
_PERMANENT = range(500, 600)
_MOST_SAID = 200


class Delivery:
    """Speaks to the mail server of the settings.

    Args:
        settings: where it is, who we are.
        timeout_s: how long each of its answers is waited for.
    """

    def __init__(self, settings: MailSettings, timeout_s: float = _TIMEOUT_S) -> None:
        self._settings = settings
        self._timeout_s = timeout_s

    async def send(self, mail: WaitingMail) -> Outcome:
        """Try once; whatever goes wrong is an outcome."""
        settings = self._settings
        try:
            # Each answer has its time, and so have all of them: a server may drip.
            async with asyncio.timeout(_ANSWERS * self._timeout_s):
                await aiosmtplib.send(
                    self._message(mail),
                    sender=settings.sender,
                    recipients=[mail.recipient],
                    hostname=settings.server.host,
                    port=settings.server.port,
                    username=settings.user,
                    password=settings.password,
                    use_tls=settings.security == "tls",
                    start_tls=settings.security == "starttls",
                    tls_context=ssl.create_default_context(),
                    timeout=self._timeout_s,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _answer(*next((each.code, each.message) for each in refused.recipients))
        except aiosmtplib.SMTPDataError as refused:
            return _answer(refused.code, refused.message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # No connection or encryption, a wrong password or sender: it is not this mail's fault.
            return Outcome("later", _said(f"{type(error).__name__}: {error}"), is_for_all=True)
        return Outcome("sent", "")

    async def reach(self) -> str | None:
        """Connect, encrypt and sign in, and send nothing; return what went wrong, if it did."""
        settings = self._settings
        smtp = aiosmtplib.SMTP(
            hostname=settings.server.host,
            port=settings.server.port,
            username=settings.user,
            password=settings.password,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=ssl.create_default_context(),
            timeout=self._timeout_s,
        )
        try:
            async with asyncio.timeout(_ANSWERS * self._timeout_s), smtp:
                await smtp.noop()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _said(f"{type(error).__name__}: {error}")
        return None

    def _message(self, mail: WaitingMail) -> EmailMessage:
        sender = Address("Voiturier", addr_spec=self._settings.sender)
        message = EmailMessage()
        message["From"] = sender
        message["To"] = mail.recipient
        message["Subject"] = mail.letter.subject
        message["Date"] = formatdate(mail.made_at_s)
        # The same at each try, so that one which arrived unheard is shown once.
        message["Message-ID"] = f"<voiturier.{mail.mail_id}.{mail.made_at_s}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.letter.text)
        message.add_alternative(mail.letter.html, subtype="html")
        return message


def _answer(code: int, said: str) -> Outcome:
    return Outcome("failed" if code in _PERMANENT else "later", _said(f"{code} {said}"))


def _said(text: str) -> str:
    """Return what a mail server said, in one line that cannot steer a terminal."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(" +", " ", printable).strip()[:_MOST_SAID]
