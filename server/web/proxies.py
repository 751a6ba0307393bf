"""Whose address a request comes from, when there is a proxy before the server.

`X-Forwarded-For` is anybody's to write: it is believed only as far as proxies wrote it that the
operator trusts (`voiturier serve --trusted-proxy`). Never here: what an address may do.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from server.app_keys import CONFIG
from server.config import Network

_HEADER = "X-Forwarded-For"
_WITH_PORT = re.compile(r"\[(?P<v6>[^]]+)](?::\d+)?|(?P<v4>[\d.]+):\d+")  # as some proxies write


def client_address(request: web.Request) -> str:
    """Return the address of who sent this; empty when the connection has none."""
    trusted = request.app[CONFIG].trusted_proxies
    return sender(request.remote or "", request.headers.getall(_HEADER, ()), trusted)


def sender(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """Return the last address that no trusted proxy stands for.

    Args:
        peer: who connected.
        forwarded: the values of X-Forwarded-For, in their order.
        trusted: the proxies whose word counts.

    Returns:
        `peer` unless that is trusted; else the nearest sender that a trusted proxy names, or that
        proxy where it names none.
    """
    address = _address_of(peer)
    if address is None:
        return peer
    named = [part for value in forwarded for part in value.split(",")]
    while named and any(address in network for network in trusted):
        before = _address_of(named.pop())
        if before is None:
            break
        address = before
    return str(address)


def _address_of(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip().strip('"')
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port["v6"] or with_port["v4"]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
