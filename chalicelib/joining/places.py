"""Where a clip may have neighbours: on the same network. No address is kept, only a keyed hash that changes daily."""

import hmac
import ipaddress
from hashlib import sha256

from chalicelib.lifetimes import DAY
from chalicelib.runtime.crypto import derive

IPV4_PREFIX, IPV6_PREFIX = 24, 48
OWN_NETWORK = "own-network"  # private addresses reach the server over its own network: one place


def places(address: str, secret: bytes, now: int) -> list[str]:
    """The places of an address: 22 characters each, the same for all of one network on one day (UTC)."""
    return [hidden(network(address), secret, now // DAY)]


def network(address: str) -> str:
    """The network an address belongs to, as text; an unreadable one is a network of its own."""
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


def hidden(place: str, secret: bytes, day: int) -> str:
    key = derive(secret, f"places/{day}")
    return hmac.new(key, place.encode(), sha256).hexdigest()[:22]
