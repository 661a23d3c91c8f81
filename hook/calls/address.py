"""Which addresses may be asked."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# RFC 1918, RFC 4193 and this machine. Neither what providers share out (100.64.0.0/10) nor links:
# both are where clouds keep the secrets of their machines. Some keep them inside RFC 4193.
_PRIVATE = [
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128",
    )
]  # fmt: skip
_OF_CLOUDS = [
    ip_network(network) for network in ("fd00:ec2::/32", "fd00:42::42/128", "fd20:ce::254/128")
]
# The only IPv6 ever given out to the public. Python takes all for public that it does not know.
_GIVEN_OUT = ip_network("2000::/3")
# RFC 6890 section 2.2.2; older Pythons know parts of it.
_PROTOCOLS = ip_network("192.0.0.0/24")
_NAT64 = ip_network("64:ff9b::/96")


def allowed(text: str, private: bool) -> bool:
    """Tell whether an address may be asked: a public one, or with `private` one of a private net.

    An IPv6 address that stands for IPv4 ones is judged by those.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    inner = _inner(address) if isinstance(address, IPv6Address) else ()
    return all(_is_public(ip) or (private and _is_private(ip)) for ip in inner or (address,))


def _inner(address: IPv6Address) -> list[IPv4Address]:
    if address in _NAT64:
        return [IPv4Address(address.packed[-4:])]
    return [ip for ip in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if ip]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    special = address in _PROTOCOLS or (address.version == 6 and address not in _GIVEN_OUT)
    return address.is_global and not address.is_multicast and not special


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    inside = any(address in network for network in _PRIVATE)
    return inside and not any(address in network for network in _OF_CLOUDS)
