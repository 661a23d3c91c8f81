"""Storing claims on the user, by name and only those that were listed."""

from hook.emulator.api import users
from hook.emulator.state import Journey, Json
from hook.emulator.tenant import Tenant


def persist(tenant: Tenant, journey: Journey, claims: Json) -> None:
    """Store claims on the user of a journey; a visit without login has none."""
    if journey.user_id and claims:
        users.persist(tenant, journey.user_id, claims)
        journey.persisted = tuple(dict.fromkeys((*journey.persisted, *claims)))
