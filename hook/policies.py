"""Policy profiles: rules of others that a tenant keeps, beyond what the hook itself asks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """What a profile forbids and demands; by default nothing."""

    name: str = ""
    persists: bool = True
    """Whether the platform may keep claims of a person (`claimsToPersist`)."""
    offers_without_code: bool = True
    """Whether a pre-authorized offer may do without a transaction code."""

    def forbids(self, what: str) -> str:
        """Say that the profile forbids something."""
        return f"the policy {self.name} forbids {what}"


NONE = Policy()
POLICIES = {
    policy.name: policy
    for policy in (
        NONE,
        # New Zealand's agencies issue under a privacy impact assessment that lets nothing be kept,
        # and hand out QR codes only together with a code that goes another way.
        Policy("nz-dcip", persists=False, offers_without_code=False),
    )
}


def find(name: str) -> Policy:
    """Give a profile by its name, NONE for an empty one; raises ValueError with the names."""
    if name not in POLICIES:
        known = ", ".join(f'"{known}"' for known in POLICIES if known)
        raise ValueError(f"there is no such policy; use {known}, or leave it out")
    return POLICIES[name]
