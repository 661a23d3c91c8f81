"""Doctor: can the tenant be asked, and is it the one that is meant?"""

from collections.abc import Iterator

from hook.platform.doctor.facts import Facts
from hook.platform.doctor.finding import Finding, Level

_READS: dict[str, tuple[Level, str, str]] = {
    "registration": ("error", "what is registered of the hook", "Nothing can be said of the hook."),
    "providers": ("error", "the authentication provider", "Nothing can be said of the login."),
    "configurations": (
        "warning",
        "the credential configurations",
        "Nothing can be said of what goes into a credential.",
    ),
    "sources": ("warning", "the claims sources", "Nothing can be said of what they give."),
    "discovery": (
        "warning",
        "what the identity provider says of itself",
        "The tenant reads the same when somebody logs in.",
    ),
}


def metadata(facts: Facts) -> Iterator[Finding]:
    """Tell whether wallets can read the tenant's metadata."""
    failed = facts.failures.get("metadata")
    if failed:
        yield Finding(
            "error",
            "metadata",
            f"The tenant’s metadata cannot be read. {failed}",
            "A wallet reads it first of all; without it nobody gets a credential.",
            "Check `url` of [platform], and whether the tenant is up.",
        )


def issuer(facts: Facts) -> Iterator[Finding]:
    """Tell whether the tenant calls itself what the hook takes as `iss`."""
    if facts.metadata is None or not facts.metadata.issuer:
        return
    if facts.metadata.issuer not in facts.tenant.issuers:
        yield Finding(
            "warning",
            "issuer",
            f"The tenant calls itself {facts.metadata.issuer}, which is none of `issuers`.",
            "Its tokens may have that as `iss`; then the hook refuses every visitor.",
            "Add it to `issuers`, behind those that are there; a custom domain is one more.",
        )


def token(facts: Facts) -> Iterator[Finding]:
    """Tell whether the API client gets a token."""
    failed = facts.failures.get("token")
    if failed:
        yield Finding(
            "error",
            "token",
            f"The API client gets no token. {failed}",
            "Without it nothing else can be looked at.",
            "Correct [platform]: `auth_url`, `client_id`, `client_secret`, `audience`.",
        )


def readable(facts: Facts) -> Iterator[Finding]:
    """Tell what the API client may not, or cannot, read."""
    for what, (level, named, why) in _READS.items():
        failed = facts.failures.get(what)
        if failed:
            mend = "See to what the sentence says, then run this again."
            yield Finding(level, "readable", f"Unread: {named}. {failed}", why, mend)
