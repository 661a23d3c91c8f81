"""Doctor: can every credential be filled?"""

from collections.abc import Iterator

from hook.claims import overlap
from hook.platform.doctor import claims
from hook.platform.doctor.facts import Facts
from hook.platform.doctor.finding import Finding
from hook.platform.models import CredentialConfiguration, Mapped

_ROOT = "claims."


def offered(facts: Facts) -> Iterator[Finding]:
    """Tell whether there is a credential at all."""
    if facts.configurations is not None and not facts.configurations:
        yield Finding(
            "warning",
            "credentials",
            "There is no credential to offer.",
            "An offer is of credential configurations, and the tenant has none.",
            "Make one at the tenant; `flask tenant credentials` then lists its id.",
        )


def required(facts: Facts) -> Iterator[Finding]:
    """Tell which required values no login, step or claims source is known to give."""
    if facts.providers is None:
        return
    for configuration in facts.configurations or ():
        for mapped in configuration.mappings():
            if mapped.required and not mapped.has_default and not _reachable(facts, mapped):
                yield _missing(facts, configuration, mapped)


def optional(facts: Facts) -> Iterator[Finding]:
    """Tell which values are left out of a credential when there is none."""
    for configuration in facts.configurations or ():
        names = sorted(
            mapped.target
            for mapped in configuration.mappings()
            if not mapped.required and not mapped.has_default
        )
        if names:
            yield Finding(
                "note",
                "mapping_optional",
                f"{_named(configuration)}: without a value these are left out: {', '.join(names)}.",
                "The Govt.nz wallet finds a credential only if all that is asked for is in it.",
                "Where that matters give the mapping a defaultValue, or let the step write an "
                "empty value (`send_empty`).",
            )


def _missing(facts: Facts, configuration: CredentialConfiguration, mapped: Mapped) -> Finding:
    what = f"{_named(configuration)}: {mapped.target} is required, and nothing"
    why = "Without a value the credential cannot be issued; the visitor finds out at the very end."
    if configuration.claim_source_id:
        return Finding(
            "note",
            "mapping_unknown",
            f"{what} but its claims source can give {mapped.map_from}.",
            why + " What a claims source gives is not listed anywhere.",
            "Make sure that it gives this for everybody.",
        )
    scope = claims.scope_of(_name(mapped))
    mend = "Let a step write it, or give the mapping a defaultValue."
    if scope:
        mend = f"Ask the provider for the scope {scope}; or let a step write it."
    elif claims.has_own_scopes(facts):
        return Finding(
            "warning",
            "mapping_unknown",
            f"{what} is known to give {mapped.map_from}.",
            why + " One of the provider’s own scopes may stand for it.",
            "Make sure that the login has it for everybody.",
        )
    what = f"{what} gives {mapped.map_from}."
    return Finding("error", "mapping_required", what, why, mend)


def _reachable(facts: Facts, mapped: Mapped) -> bool:
    # The other roots are the platform's own, and always there.
    if not mapped.map_from.startswith(_ROOT):
        return bool(mapped.map_from)
    path = mapped.map_from.removeprefix(_ROOT)
    written = (name for step in facts.tenant.flow for name in step.writes())
    return _name(mapped) in claims.given(facts) or any(overlap(path, name) for name in written)


def _named(configuration: CredentialConfiguration) -> str:
    # Nothing keeps two from having one name.
    return f"{configuration.title} ({configuration.format}, {configuration.id})"


def _name(mapped: Mapped) -> str:
    return mapped.map_from.removeprefix(_ROOT).partition(".")[0]
