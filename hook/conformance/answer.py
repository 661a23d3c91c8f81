"""An answer as it stood in the address that the browser was sent to."""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hook.conformance import jose
from hook.conformance.landing import Landing
from hook.conformance.urls import tokens_in


@dataclass(frozen=True)
class Answer:
    """An address with a token, and what it has to agree with."""

    url: str = field(repr=False)
    state: str
    """The state that was sent; empty where another run sent it."""
    landing: Landing | None = None
    """The page that sent the browser away; None where a person brought the address."""
    came_at: float = field(default_factory=time.time)

    @cached_property
    def token(self) -> str:
        """The first token in the address; empty without one."""
        return next(iter(tokens_in(self.url)), "")

    @cached_property
    def header(self) -> dict[str, Any]:
        """The header of the token; empty where it cannot be read."""
        return self._part(0)

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The payload of the token, verified or not; empty where it cannot be read."""
        return self._part(1)

    @property
    def outcome(self) -> dict[str, Any]:
        """What it says, without when it was said."""
        return {name: each for name, each in self.payload.items() if name not in ("iat", "exp")}

    def is_genuine(self, secret: bytes) -> bool:
        """Tell whether it is signed with HS256 and this secret."""
        return self.header.get("alg") == "HS256" and jose.is_signed(self.token, secret)

    def _part(self, number: int) -> dict[str, Any]:
        try:
            return jose.part(self.token, number)
        except ValueError:
            return {}
