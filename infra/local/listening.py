"""Sockets to listen on, and what to say when a port is taken."""

import errno
import socket
from pathlib import Path

BACKLOG = 512
_LISTENING = "0A"  # TCP state in /proc/net/tcp


class PortBusy(RuntimeError):
    """The message is for the person who typed the command."""


def listeners(port: int, hosts: tuple[str, ...] = ("127.0.0.1", "::1")) -> list[socket.socket]:
    """One socket a host, all on one port (0: any free one). Hosts this machine lacks are left out.

    Raises PortBusy.
    """
    opened: list[socket.socket] = []
    try:
        for host in hosts:
            chosen = opened[0].getsockname()[1] if opened else port
            found = _listen(host, chosen, optional=bool(opened))
            opened += [found] if found else []
    except BaseException:
        close_all(opened)
        raise
    return opened


def close_all(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()


def _listen(host: str, port: int, *, optional: bool) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((host, port))
        one.listen(BACKLOG)
        one.setblocking(False)
    except OSError as error:
        one.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(busy_sentence(port)) from error
        if optional:
            return None
        raise
    return one


def busy_sentence(port: int) -> str:
    """Who holds the port, as far as this user may know, and what to do."""
    holder = holder_of(port)
    by = f" by {holder}" if holder else ""
    return f"Port {port} is already in use{by}: stop that, or choose another port with PORT={port + 1} make run"


def holder_of(port: int) -> str | None:
    """`name (process 123)` of the listener, where /proc tells."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listening_inodes(table, port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
            if target.startswith("socket:[") and target[8:-1] in inodes:
                process = link.parts[2]
                return f"{Path('/proc', process, 'comm').read_text().strip()} (process {process})"
        except OSError:  # gone meanwhile, or another user's
            continue
    return None


def _listening_inodes(table: str, port: int) -> list[str]:
    try:
        lines = Path("/proc/net", table).read_text().splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == _LISTENING and int(row[1].rsplit(":", 1)[1], 16) == port]
