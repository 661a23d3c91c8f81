"""Where a name leads to."""

import socket
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from hook.calls.address import allowed
from hook.calls.failure import CallFailed, Deadline

RESOLVING_MOST = 8
"""How many names are looked up at once in a process, those that nobody waits for any more too."""

Address = tuple[int, tuple[str | int, ...]]
"""The family of a socket, and what its connect() takes."""

_resolving = BoundedSemaphore(RESOLVING_MOST)


def resolve(host: str, port: int, private: bool, deadline: Deadline) -> list[Address]:
    """Look a name up, once; one address that must not be asked refuses them all.

    Raises CallFailed with address_refused, name_unknown, timeout or busy.
    """
    addresses = _look_up(host, port, deadline)
    if not addresses:
        raise CallFailed("name_unknown")
    if not all(allowed(str(address[0]), private) for _, address in addresses):
        raise CallFailed("address_refused")
    return addresses


def _look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    if not _resolving.acquire(blocking=False):
        raise CallFailed("busy")
    found: SimpleQueue[list[Address]] = SimpleQueue()
    try:
        # getaddrinfo cannot be stopped: the thread is left behind, and keeps its place until the
        # system gives up. As a daemon it does not keep the process from ending.
        Thread(target=_ask_system, args=(host, port, found), daemon=True).start()
    except RuntimeError:
        _resolving.release()
        raise CallFailed("busy") from None
    try:
        return found.get(timeout=deadline.left())
    except Empty:
        raise CallFailed("timeout") from None


def _ask_system(host: str, port: int, found: SimpleQueue[list[Address]]) -> None:
    addresses: list[Address] = []
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [(family, (str(where), *rest)) for family, _, _, _, (where, *rest) in answers]
    except (OSError, UnicodeError):
        pass
    finally:
        _resolving.release()
    found.put(addresses)
