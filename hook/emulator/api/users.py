"""Users: the people of the tenant, and the claims that are stored of them."""

from uuid import uuid4

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant


def new(tenant: Tenant) -> Json:
    """Keep a new user, whom no login knows."""
    user = blank()
    return tenant.state.users.put(user["id"], user)


def matched(tenant: Tenant, provider: Json, subject: str) -> tuple[Json, bool]:
    """Find the user of a login, or keep a new one; True if there was one. One atomic act."""
    user = blank() | {"authenticationProvider": login(provider, subject)}
    return tenant.state.users.find_or_put(lambda each: same_login(each, user), user["id"], user)


def persist(tenant: Tenant, user_id: str, claims: Json) -> None:
    """Store claims on a user, in the place of those with the same names."""
    tenant.state.users.change(user_id, lambda user: user | {"claims": user["claims"] | claims})


def blank() -> Json:
    """Make a user of whom nothing is known."""
    return {"id": str(uuid4()), "claims": {}}


def login(provider: Json, subject: str) -> Json:
    """Say how a user logs in: at which provider, as whom."""
    return {"providerId": provider["id"], "url": provider["url"], "subjectId": subject}


def same_login(one: Json, other: Json) -> bool:
    """Tell whether two users log in as one person; who has no login is like nobody."""
    ours, theirs = one.get("authenticationProvider"), other.get("authenticationProvider")
    if not ours or not theirs:
        return False
    return all(ours[name] == theirs[name] for name in ("providerId", "subjectId"))
