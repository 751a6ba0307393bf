"""Which network an address is counted in. Never here: what a network may do."""

from ipaddress import IPv6Address, ip_address, ip_network

_IPV6_PREFIX = 64  # what one customer has at least


def network_of(address: str) -> str:
    """Return the network that one customer has: of an IPv6 address the first half.

    What is no address (of a socket that has none) stands for itself.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), _IPV6_PREFIX), strict=False))
    return str(parsed)
