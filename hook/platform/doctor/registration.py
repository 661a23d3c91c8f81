"""Doctor: does the tenant know of the hook what it should?"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from hook.platform.doctor.facts import Facts
from hook.platform.doctor.finding import Finding
from hook.platform.rotation import standing, told
from hook.urls import is_local

_APPLY = "Run `flask tenant apply`."


def registered(facts: Facts) -> Iterator[Finding]:
    """Tell whether a hook is registered, and not switched off."""
    hook = facts.registration
    if hook is None and _was_read(facts):
        yield Finding(
            "error",
            "registered",
            "The tenant has no interaction hook.",
            "It issues without asking anybody for any step.",
            f"Run {_getting(facts)}.",
        )
    if hook and hook.disabled:
        yield Finding(
            "error",
            "disabled",
            "The hook is switched off at the tenant (disabled: true).",
            "The tenant passes it by, and issues without asking anybody for any step.",
            _APPLY,
        )


def hook_url(facts: Facts) -> Iterator[Finding]:
    """Tell whether the registered URL is the `aud` that the hook takes, to the letter."""
    hook, tenant = facts.registration, facts.tenant
    if hook and hook.url not in tenant.audiences:
        yield Finding(
            "error",
            "hook_url",
            f"The tenant sends visitors to {hook.url}, and the hook is {tenant.hook_url}.",
            "The URL is the `aud` of its tokens, to the letter: the hook refuses every visitor.",
            _APPLY + " If the URL is right, correct `public_url`.",
        )


def public(facts: Facts) -> Iterator[Finding]:
    """Tell whether the hook's URL is one that the platform takes: https, and a name."""
    if is_local(facts.platform.url):
        return
    if is_local(facts.tenant.hook_url):
        yield Finding(
            "error",
            "public",
            "The hook is on this machine (localhost), and the tenant is not.",
            "The tenant takes https and a public name, and phones have to reach the hook.",
            "Set `public_url` to the https URL that browsers see.",
        )
    elif facts.registration and not _is_taken(facts.registration.url):
        yield Finding(
            "error",
            "public",
            f"The tenant has the hook at {facts.registration.url}.",
            "The platform takes https and a host name, no IP address and no query.",
            _APPLY,
        )


def secret(facts: Facts) -> Iterator[Finding]:
    """Tell whether tenant and hook have the same secret, by fingerprint."""
    hook = facts.registration
    if hook is None:
        return
    now = standing(hook.key, facts.places, hook.session_timeout_in_sec)
    who_has = ", ".join(f"{who}: {which}" for who, which in told(hook.key, facts.places))
    if all(place.secret is None for place in facts.places):
        yield Finding(
            "warning",
            "secret_absent",
            f"There is no secret here to compare the tenant’s with ({who_has}).",
            "Where it is missing too, the hook does not start.",
            f"Run this where the hook runs; if that has none yet, {_getting(facts)} gets it.",
        )
    elif not now.works:
        yield Finding(
            "error",
            "secret",
            f"The secret is not the same ({who_has}).",
            now.happened,
            now.todo,
        )
    elif now.next != "add":
        yield Finding(
            "note",
            "secret",
            f"A change of the secret is under way ({who_has}).",
            now.happened,
            "`flask tenant rotate` says and does what comes next.",
        )


def claims(facts: Facts) -> Iterator[Finding]:
    """Tell which claims the steps read and are not sent, and which are sent for nothing."""
    hook = facts.registration
    if hook is None:
        return
    reads, sent = facts.tenant.reads(), frozenset(hook.claims)
    if reads - sent:
        yield Finding(
            "error",
            "claims_missing",
            f"The steps read claims that the tenant does not send: {_listed(reads - sent)}.",
            "To the hook it looks as if nobody had them.",
            _APPLY,
        )
    if sent - reads:
        yield Finding(
            "warning",
            "claims_unused",
            f"The tenant sends claims that no step reads: {_listed(sent - reads)}.",
            "What is not needed should not travel.",
            _APPLY,
        )


def _getting(facts: Facts) -> str:
    """Name the command that gets the secret; what is no file cannot be written from here."""
    first = facts.places[0]
    is_written = first.file is not None or first.secret is not None
    return "`flask tenant apply`" if is_written else "`flask tenant apply --print-secret`"


def _is_taken(url: str) -> bool:
    parts = urlsplit(url)
    # No name ends in a digit or has a colon in it, and every IP address does.
    is_name = not re.search(r"\d$|:", parts.hostname or ":")
    return parts.scheme == "https" and is_name and not parts.query


def _was_read(facts: Facts) -> bool:
    return not {"token", "registration"} & facts.failures.keys()


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
