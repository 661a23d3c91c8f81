"""The visitors of a round, made before it starts, and the check of what they came away with."""

import secrets
import time
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from hook.testing.tokens import OTHER_SECRET, SECRET, read_answer, token

HOST = "hook.example.org"
REFRESH = '<meta http-equiv="refresh" content="0; url='


@dataclass(frozen=True)
class Flow:
    """A tenant of the bench: what its visitors send, and what must be in the answer."""

    slug: str
    secret: str = field(repr=False)
    sent: str
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """The tenant as it names itself in its tokens."""
        return f"https://{self.slug}.vii.nz01.mattr.global"


FORM = Flow(
    "kauri",
    SECRET,
    "preferred_name=Ripeka&pronouns=she%2Fher&birth_date=2001-04-09",
    {"preferred_name": "Ripeka", "pronouns": "she/her", "birth_date": "2001-04-09"},
)
TERMS = Flow("rimu", OTHER_SECRET, "answer=accept")


@dataclass(frozen=True)
class Visitor:
    """Somebody nobody has seen before, with a token of their own."""

    flow: Flow
    state: str
    path: str = field(repr=False)


def mint(flow: Flow, number: int) -> list[Visitor]:
    """Make visitors, each another subject with another state."""
    now = int(time.time())
    return [_visitor(flow, now) for _ in range(number)]


def _visitor(flow: Flow, now: int) -> Visitor:
    state = secrets.token_urlsafe(16)
    sent = token(
        secret=flow.secret,
        iss=flow.issuer,
        aud=f"https://{HOST}/{flow.slug}",
        iat=now,
        exp=now + 600,
        state=state,
        redirectUrl=f"{flow.issuer}/v1/openid/callback?interaction=17",
        claims={"name": "Ripeka Tamihana", "email": f"{state}@kauri.example"},
    )
    return Visitor(flow, state, f"/{flow.slug}?session_token={sent}")


def is_answered(visitor: Visitor, page: bytes) -> bool:
    """Tell whether the page at the end carries a verified answer, this visitor's own."""
    url = unescape(page.decode().partition(REFRESH)[2].partition('"')[0])
    answer = read_answer(url, visitor.flow.secret)
    return bool(answer["state"] == visitor.state and answer["claims"] == visitor.flow.claims)
