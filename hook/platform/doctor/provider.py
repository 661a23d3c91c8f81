"""Doctor: does the login give what the steps need, and keep nothing that it should not?"""

import shlex
from collections.abc import Iterator

from hook.platform.doctor import claims
from hook.platform.doctor.facts import Facts
from hook.platform.doctor.finding import Finding

_OLD_PATH = "/core/v1/"
_UPDATE = "Run `flask tenant provider update"


def configured(facts: Facts) -> Iterator[Finding]:
    """Tell whether there is an authentication provider."""
    if facts.providers is not None and not facts.providers:
        yield Finding(
            "error",
            "provider",
            "The tenant has no authentication provider.",
            "The hook comes after a login; without one no wallet gets as far.",
            "Run `flask tenant provider create`.",
        )


def scopes(facts: Facts) -> Iterator[Finding]:
    """Tell whether the provider is asked for the claims that the steps read."""
    provider = facts.provider
    if provider is None:
        return
    missing = facts.tenant.reads() - claims.asked(provider)
    for scope in sorted({claims.scope_of(name) for name in missing} - {""}):
        names = ", ".join(sorted(missing & claims.SCOPES[scope]))
        asked = sorted({*claims.scopes(provider), scope})
        # It is typed into a shell, and the words are the tenant's.
        options = " ".join(f"--scope {shlex.quote(each)}" for each in asked)
        yield Finding(
            "error",
            "scopes",
            f"The provider is not asked for the scope {scope}, which stands for {names}.",
            "The steps read that. Without the scope most providers leave it out.",
            f"{_UPDATE} {options}`.",
        )


def offered(facts: Facts) -> Iterator[Finding]:
    """Tell whether the identity provider knows the scopes and claims that it is asked for."""
    listed = claims.listed(facts, "scopes_supported")
    asked = claims.scopes(facts.provider) if facts.provider else frozenset()
    unknown = sorted(asked - listed) if listed else []
    if unknown:
        yield Finding(
            "warning",
            "scopes_unknown",
            f"The identity provider does not list the scope {', '.join(unknown)}.",
            "It may refuse the login, or leave out what the scope stands for.",
            "Allow the scope at the identity provider, or leave it out of `scope`.",
        )
    listed = claims.listed(facts, "claims_supported")
    unknown = sorted(facts.tenant.reads() - listed) if listed else []
    if unknown:
        yield Finding(
            "note",
            "claims_unknown",
            f"The identity provider does not list what the steps read: {', '.join(unknown)}.",
            "It need not list all that it gives, but what it never gives is always missing.",
            "Look into one of its ID tokens, or ask who runs it.",
        )


def callback(facts: Facts) -> Iterator[Finding]:
    """Tell whether the redirect URL is still spelled in the old way."""
    if facts.provider and _OLD_PATH in facts.provider.redirect_url:
        yield Finding(
            "warning",
            "callback",
            "The tenant’s redirect URL is spelled in the old way (/core/v1/…).",
            "The path without /core is the one that lasts, and an identity provider compares it "
            "to the letter.",
            "Register both at the identity provider: with /core/v1/… and with /v1/….",
        )


def persisted(facts: Facts) -> Iterator[Finding]:
    """Tell what the tenant keeps of people’s logins."""
    policy = facts.tenant.policy
    for provider in facts.providers or ():
        names = ", ".join(provider.claims_to_persist)
        if names:
            forbidden = policy.forbids("that anything is persisted")
            yield Finding(
                "note" if policy.persists else "error",
                "persist",
                f"The tenant keeps claims of the login with the person: {names}.",
                "They stay there until the user is deleted."
                if policy.persists
                else forbidden[:1].upper() + forbidden[1:] + ".",
                f"{_UPDATE} --persist-nothing`; what was kept is gone when the user is deleted.",
            )
