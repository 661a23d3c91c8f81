"""What goes over a connection ends at a deadline, whatever is said."""

import io
import socket
from collections.abc import Callable
from typing import Any

from hook.calls.failure import CallFailed, Deadline, reason_of


class Line:
    """What http.client needs of a socket. Each single operation gets the time that is left.

    A timeout of the socket itself starts anew with each byte. Not more than `most` bytes are read,
    because http.client skips some things, such as interim answers, without end. Raises CallFailed
    with timeout, too_large, tls or unreachable.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = most

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._timely(self._sock.send, view) :]

    def receive(self, buffer: Any) -> int:
        """Read once into a buffer; gives the number of bytes, 0 at the end."""
        count = self._timely(self._sock.recv_into, buffer)
        self._left -= count
        if self._left < 0:
            raise CallFailed("too_large")
        return count

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def settimeout(self, _: object) -> None:
        """Do nothing: the deadline counts."""

    def close(self) -> None:
        """Do nothing: http.client closes while it still reads, and the socket is the caller's."""

    def _timely(self, operation: Callable[[Any], int], data: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        try:
            return operation(data)
        except OSError as error:
            raise CallFailed(reason_of(error)) from None


class _Reader(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.receive(buffer)
