"""A mail server (aiosmtpd) in the test's own loop, that refuses what a test wants it to.

Never here: what is expected of whoever speaks to it.
"""

import asyncio
import datetime
import ipaddress
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.config import Address

PASSWORD = "sésame du facteur"


@dataclass
class MailServer:
    """What it took, and what it answers to recipients and to letters (None: it takes them)."""

    to_recipient: str | None = None
    to_letter: str | None = None
    tls: ssl.SSLContext | None = None
    is_tls_from_the_start: bool = False
    wants_password: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "MailServer":
        loop = asyncio.get_running_loop()
        context = self.tls if self.is_tls_from_the_start else None
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0, ssl=context)
        self.address = Address("localhost", self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            tls_context=None if self.is_tls_from_the_start else self.tls,
            authenticator=self._knows if self.wants_password else None,
            auth_required=self.wants_password,
            auth_require_tls=False,
        )

    def _knows(self, *seen: object) -> AuthResult:
        login = seen[-1]
        return AuthResult(success=login.password.decode() == PASSWORD, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient is not None:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.to_letter is not None:
            return self.to_letter
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append(message)
        self.arrived.set()
        return "250 OK"


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Return a server's side of TLS, and the file by which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
