"""Why a call failed, and how long one may take."""

import ssl
import time


class CallFailed(Exception):
    """A call has no answer; the text is the reason's code, never a value.

    The reasons: address_refused, name_unknown, unreachable, tls, timeout, redirected, too_large,
    status, not_json, malformed (a request that cannot be written, or what is no HTTP) and busy.
    `safe` is True when the request certainly was not acted upon, because it was never sent.
    `status` is the answer's, for the reasons status and redirected.
    """

    def __init__(self, reason: str, *, safe: bool = False, status: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.safe = safe
        self.status = status


class Deadline:
    """A moment some seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Give the seconds that are left, more than 0; raises CallFailed timeout."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise CallFailed("timeout")
        return seconds


def reason_of(error: OSError) -> str:
    """Give the reason for what a socket raised: timeout, tls or unreachable."""
    if isinstance(error, TimeoutError):
        return "timeout"
    return "tls" if isinstance(error, ssl.SSLError) else "unreachable"
