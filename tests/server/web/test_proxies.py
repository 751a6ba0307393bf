"""Whose address a request comes from."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.proxies import sender

PROXIES = tuple(map(ip_network, ("10.0.0.0/8", "192.0.2.1", "2001:db8:1::/48")))
ADDRESSES = st.ip_addresses().map(str)
ANYTHING = st.lists(ADDRESSES | st.text(max_size=20), max_size=5)


@given(ADDRESSES.filter(lambda a: not any(ip_address(a) in p for p in PROXIES)), ANYTHING)
def test_who_is_no_trusted_proxy_is_never_taken_for_somebody_else(peer, forwarded):
    mapped = getattr(ip_address(peer), "ipv4_mapped", None)
    if mapped is None:
        assert sender(peer, forwarded, PROXIES) == str(ip_address(peer))


@given(ADDRESSES, ANYTHING)
def test_without_a_trusted_proxy_no_header_is_believed(peer, forwarded):
    assert sender(peer, forwarded, ()) == sender(peer, (), ())


@given(ANYTHING)
def test_what_a_client_writes_itself_before_the_proxy_adds_its_address_is_not_believed(written):
    forwarded = [*written, "203.0.113.9"]
    assert sender("10.1.1.1", forwarded, PROXIES) == "203.0.113.9"
    assert sender("10.1.1.1", [", ".join(forwarded)], PROXIES) == "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2, 192.0.2.1"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9", "10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9, not an address, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.1", ["[2001:db8::9]:4711"], "2001:db8::9"),
        ("10.0.0.1", ['"[2001:db8::9]"'], "2001:db8::9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1::5", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("fe80::1%eth0", ["203.0.113.9"], "fe80::1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_nearest_that_trusted_proxies_name_is_the_sender(peer, forwarded, who):
    assert sender(peer, forwarded, PROXIES) == who
