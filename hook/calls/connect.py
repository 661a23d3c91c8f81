"""Connect to an address that was checked, and to no other."""

import socket
import ssl
from functools import lru_cache

from hook.calls.failure import CallFailed, Deadline, reason_of
from hook.calls.names import Address


def connect(addresses: list[Address], deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers; raises CallFailed unreachable or timeout."""
    reason = "unreachable"
    for number, (family, address) in enumerate(addresses):
        # One that swallows packets leaves some time to the others.
        seconds = deadline.left() / (len(addresses) - number)
        try:
            return _open(family, address, seconds)
        except OSError as error:
            reason = reason_of(error)
    raise CallFailed(reason)


def encrypt(sock: socket.socket, host: str, ca_file: str, deadline: Deadline) -> socket.socket:
    """Wrap a connection into TLS for a host; raises CallFailed, and closes it then.

    The reasons are tls, timeout and unreachable.
    """
    try:
        context = _context(ca_file)
        sock.settimeout(deadline.left())
        return context.wrap_socket(sock, server_hostname=host)
    except BaseException as error:
        sock.close()
        if isinstance(error, OSError):
            raise CallFailed(reason_of(error)) from None
        raise


def _open(family: int, address: tuple[str | int, ...], seconds: float) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
        # Head and body are sent apart: together with late acknowledgements that would take 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


# Reading the system's authorities takes longer than the rest of a call.
@lru_cache(maxsize=64)
def _context(ca_file: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if ca_file:
            context.load_verify_locations(cafile=ca_file)
    except OSError:
        raise CallFailed("tls") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
