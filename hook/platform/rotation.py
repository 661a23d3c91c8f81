"""A change of the shared secret: where it stands, told by fingerprints, and what comes next. Pure.

The new secret goes in front, the previous one stays behind it until no session is left that began
with it. Each step is safe to repeat, because what is there decides, not what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hook.platform.secrets import fingerprint
from hook.tenant import Place

LONGEST = 86_400
"""Seconds that a session can last where the tenant does not say it: no token is taken that long."""

RESTART = "stop and start every hook (a reload, HUP, does not read it)"

Next = Literal["", "apply", "add", "keep", "renew", "remove"]


@dataclass(frozen=True)
class Standing:
    """How the secrets of tenant and hook stand to each other, and the next step.

    `next` is what is to be done: register the hook (apply), add a place in front (add), put the
    tenant's secret into the first place (keep), have the tenant make a new one (renew), or take the
    previous one out (remove). `works` tells whether the hook can verify what the tenant signs.
    """

    next: Next
    works: bool
    happened: str
    todo: str


def standing(key: bytes | None, places: Sequence[Place], session: int | None) -> Standing:
    """Say where things stand; takes the tenant's secret, and the seconds that a session lasts."""
    if key is None:
        return Standing(
            "apply", False, "The tenant has no secret for this hook.", "Run `flask tenant apply`."
        )
    first, *others = places
    if first.secret == key:
        return _current(
            first, [place for place in others if place.secret not in (None, key)], session
        )
    if any(place.secret == key for place in others):
        return _behind(first)
    return _nowhere(first)


def told(key: bytes | None, places: Sequence[Place]) -> list[tuple[str, str]]:
    """List who has which secret, by fingerprint."""
    pairs = [("the tenant", key), *((str(place), place.secret) for place in places)]
    return [(who, fingerprint(secret) if secret else "none yet") for who, secret in pairs]


def _current(first: Place, previous: Sequence[Place], session: int | None) -> Standing:
    if previous:
        return Standing(
            "remove",
            True,
            f"The tenant signs with the secret in {first}, and a previous one is still accepted.",
            f"If you have not since the new secret is there, {RESTART}. Wait "
            f"{_time(session or LONGEST)}, and one minute more: no session is left then that began "
            f"with the previous one. Take {previous[-1]} out of `secrets`, and do so again.",
        )
    return Standing(
        "add",
        True,
        f"The tenant signs with the secret in {first}. No change is under way.",
        "To begin one, put a place for the new secret in front, such as "
        'secrets = ["file:new.secret", …], and run this again at once. No hook starts until the '
        "new secret is there, also none that is restarted by itself: do not restart yet.",
    )


def _behind(first: Place) -> Standing:
    if first.secret is None:
        return Standing(
            "renew",
            True,
            f"The tenant signs with a secret further back, and {first} waits for a new one.",
            f"The tenant is asked to make a new secret. Then {RESTART} at once: until then "
            "visitors who come with the new one are refused.",
        )
    return Standing(
        "",
        True,
        f"The tenant signs with a secret further back, and {first} has another one.",
        f"If the tenant will go over to that one, wait. If not, take {first} out of `secrets`.",
    )


def _nowhere(first: Place) -> Standing:
    happened = "The tenant signs with a secret that the hook does not have: it refuses everybody."
    if first.secret is None:
        got = "" if first.file else " that `flask tenant rotate --print-secret` prints"
        return Standing(
            "keep",
            False,
            happened,
            f"Put the tenant’s secret{got} into {first}, then {RESTART}.",
        )
    return Standing(
        "add",
        False,
        happened,
        "Put a place for it in front, such as "
        'secrets = ["file:new.secret", …], do not restart yet, and run `flask tenant rotate`.',
    )


def _time(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"
