"""Looks at what others reach and whom we reach: ports, proxies, the mail server.

Never here: what a letter says (server/web/letters.py).
"""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator

from server.checks import Finding, fails, ok, warning
from server.config import Address, Config
from server.fleet.accounts.mail import Letter, WaitingMail
from server.mail.delivery import Delivery

_TIMEOUT_S = 10.0
_MANY = 1 << 16  # of a proxy's network: who else is in it is believed too


async def ports(config: Config, is_served: bool) -> AsyncIterator[Finding]:
    """Look at whether each address can be had, or is held by the server that runs."""
    for what, address in (
        ("http", config.http),
        ("boxes", config.boxes),
        ("metrics", config.metrics),
    ):
        if address is not None:
            yield await _port(what, address, is_served)
    if config.metrics is not None and not _is_local(config.metrics.host):
        text = (
            "whoever reaches %(address)s reads them: 127.0.0.1, or an address of Prometheus alone"
        )
        yield warning("metrics", text, address=config.metrics)


async def _port(what: str, address: Address, is_served: bool) -> Finding:
    values = {"address": address}
    if address.port == 0:
        return ok(what, "any free port")
    try:
        (family, kind, _, _, place), *_ = await asyncio.get_running_loop().getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as asyncio listens
            taken.bind(place)
            taken.listen(1)
    except socket.gaierror as error:
        text = "%(address)s: this name leads nowhere (%(why)s)"
        return fails(what, text, **values, why=error.strerror)
    except OSError as error:
        return await _taken(what, address, is_served, error)
    if is_served:
        text = "a server runs, and not at %(address)s: was it started with other settings?"
        return warning(what, text, **values)
    return ok(what, "%(address)s is free", **values)


async def _taken(what: str, address: Address, is_served: bool, error: OSError) -> Finding:
    values = {"address": address}
    if error.errno == errno.EACCES:
        text = "%(address)s: a port below 1024 is not for this user; take one above behind a proxy"
        return fails(what, text, **values)
    if error.errno != errno.EADDRINUSE:
        return fails(what, "%(address)s: %(why)s", **values, why=error.strerror)
    if not is_served:
        text = "%(address)s: another program has it (ss -ltnp)"
        return fails(what, text, **values)
    if what == "http" and not await _is_ours(address):
        text = "%(address)s: what answers there is no Voiturier; ours runs, but not there"
        return fails(what, text, **values)
    return ok(what, "%(address)s: the server that runs has it", **values)


async def _is_ours(address: Address) -> bool:
    """Ask the pages whether they live."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, address.port)
            try:
                writer.write(f"GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
                return (await reader.readline()).startswith(b"HTTP/1.1 200 ")
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False


def proxies(config: Config) -> Iterator[Finding]:
    """Look at who is believed about whom a request comes from."""
    everybody = [net for net in config.trusted_proxies if net.prefixlen == 0]
    wide = [net for net in config.trusted_proxies if net.num_addresses > _MANY]
    if everybody:
        text = "%(networks)s is everybody: anyone may say to be anybody; name the proxy alone"
        yield fails("proxies", text, networks=", ".join(map(str, everybody)))
    elif wide:
        text = "%(networks)s: all there are believed as proxies; name the proxy alone"
        yield warning("proxies", text, networks=", ".join(map(str, wide)))
    elif config.mail is not None and config.mail.site.startswith("http://"):
        text = "links in letters lead to %(site)s without TLS: https:// is for passwords"
        yield warning("proxies", text, site=config.mail.site)
    elif not _is_local(config.http.host):
        text = (
            "browsers may reach %(address)s without TLS: let a proxy on this machine stand before"
            " 127.0.0.1"
        )
        yield warning("proxies", text, address=config.http)
    elif not config.trusted_proxies:
        text = (
            "none is trusted: behind one, all people share an address"
            ' (trusted_proxies = ["127.0.0.1"])'
        )
        yield warning("proxies", text)
    else:
        yield ok("proxies", "%(networks)s", networks=", ".join(map(str, config.trusted_proxies)))


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def new_boxes(config: Config) -> Iterator[Finding]:
    """Look at where a new box is told to find the server."""
    server = config.new_boxes.server
    if server is None:
        text = (
            "the address at which cars reach the boxes' port is not set ([new_boxes] server):"
            " flash.sh makes no box here"
        )
        yield warning("new_boxes", text)
    elif _is_local(server.host):
        yield fails("new_boxes", "%(address)s: no car reaches this machine by it", address=server)
    else:
        yield ok("new_boxes", "cars find the server at %(address)s", address=server)


async def mail(config: Config, send_to: str | None, now_s: int) -> AsyncIterator[Finding]:
    """Look at whether the mail server takes us, and a letter when one is asked for."""
    settings = config.mail
    if settings is None:
        text = "no mail server: nobody is written to, codes are handed over"
        yield (warning if send_to is None else fails)("mail", text)
        return
    delivery = Delivery(settings, _TIMEOUT_S)
    outcome = await delivery.reach()
    if outcome is not None:
        text = "%(server)s does not take us: %(why)s"
        yield fails("mail", text, server=settings.server, why=outcome)
        return
    if send_to is None:
        yield ok("mail", "%(server)s takes us; nothing was sent", server=settings.server)
        return
    said = "Voiturier: the mail server works. / Le serveur de messagerie fonctionne."
    letter = Letter("Voiturier: test", f"{said}\n", f"<p>{said}</p>")
    sent = await delivery.send(WaitingMail(0, send_to, letter, now_s, 0))
    if sent.state == "sent":
        yield ok("mail", "%(server)s took a letter to %(to)s", server=settings.server, to=send_to)
    else:
        yield fails("mail", "the letter was not taken: %(why)s", why=sent.said)
