"""What `LAN=1` needs to know and say: this machine's addresses, and a code for a phone's camera."""

import io
import socket

import segno

_NOWHERE = ("192.0.2.1", 9)  # RFC 5737: asking for the way there sends nothing


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine on the local network, the one towards the outside first."""
    found = [_outward_address(), *_addresses_of_name()]
    return [address for address in dict.fromkeys(found) if address and not address.startswith("127.")]


def own_names(addresses: list[str]) -> frozenset[str]:
    """Every name and address by which a browser may reach the stack."""
    name = socket.gethostname().lower()
    return frozenset(["localhost", "127.0.0.1", "::1", *addresses, name, f"{name.split('.')[0]}.local"])


def qr_text(url: str) -> str:
    """The address as a QR code of block characters."""
    out = io.StringIO()
    segno.make(url, micro=False).terminal(out, compact=True)
    return out.getvalue()


def _outward_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_NOWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _addresses_of_name() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []
    return [str(one[4][0]) for one in found]
