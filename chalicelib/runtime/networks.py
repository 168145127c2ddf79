"""Which network an address belongs to, as coarse as limits and places need it."""

import ipaddress

IPV4_PREFIX, IPV6_PREFIX = 24, 48
OWN_NETWORK = "own-network"  # private addresses reach the server over its own network: one place


def network(address: str) -> str:
    """The network an address belongs to, as text; all unreadable ones are one network."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_private:
        return OWN_NETWORK
    prefix = IPV4_PREFIX if found.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network((found, prefix), strict=False))
