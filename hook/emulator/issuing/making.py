"""One credential: claims gathered and mapped, then signed in the format of its configuration."""

from dataclasses import dataclass, field
from datetime import datetime

from hook.emulator.state import Configuration, Journey
from hook.emulator.tenant import Tenant

from . import did, jwk, ldp, mdoc, sources, validity
from .claims import Found, Json, Known
from .holder import Holder
from .keys import Keys
from .mapping import mapped, value, values

NO_END: Json = {"years": 1}
"""How long an mDoc is good for whose configuration does not say."""


@dataclass(frozen=True)
class Made:
    """A credential, and what it was made of: claim → value and origin."""

    credential: Json | str = field(repr=False)
    found: dict[str, Found] = field(repr=False)


def made(
    tenant: Tenant, keys: Keys, journey: Journey, configuration: Configuration, holder: Holder
) -> Made:
    """Make a credential. Raises `MissingClaims`, `Unsignable`."""
    known, now = gathered(tenant, journey, configuration), validity.at(tenant.now())
    if configuration.format == "mso_mdoc":
        return _mobile(keys, configuration, holder, known, now)
    found = mapped(configuration.body.get("claimMappings") or {}, known)
    own = did.web(tenant.settings.tenant_host)
    document = ldp.unsigned(configuration.body, values(found), holder.did, own, now)
    return Made(ldp.signed(document, keys.json_key, own, now), found)


def gathered(tenant: Tenant, journey: Journey, configuration: Configuration) -> Known:
    """Gather what is known of a person; the claims source is asked with what all others say."""
    user = tenant.state.users.get(journey.user_id) or {}
    by_origin = {
        "user": user.get("claims") or {},
        "offer": journey.offer_claims,
        "login": journey.login_claims,
        "hook": _of_hook(tenant, journey),
    }
    precedence = tenant.state.switches["precedence"]
    provider = user.get("authenticationProvider") or {}
    known = Known(by_origin, precedence, provider, configuration.body)
    source = sources.asked(tenant, journey, configuration, known)
    return Known(by_origin | {"source": source}, precedence, provider, configuration.body)


def _of_hook(tenant: Tenant, journey: Journey) -> Json:
    if tenant.state.switches["nested-claims"] == "keep":
        return journey.hook_claims
    claims = journey.hook_claims.items()
    return {name: each for name, each in claims if not isinstance(each, dict | list)}


def _mobile(
    keys: Keys, configuration: Configuration, holder: Holder, known: Known, now: datetime
) -> Made:
    """Make an mDoc, whose claims are elements in namespaces. Raises `MissingClaims`."""
    body = configuration.body
    mappings: dict[str, dict[str, Json]] = body["claimMappings"]
    found = {space: mapped(elements, known) for space, elements in mappings.items()}
    typed = {
        space: {
            name: mdoc.element(each.value, mappings[space][name].get("type"))
            for name, each in elements.items()
        }
        for space, elements in found.items()
    }
    credential = mdoc.issued(
        configuration.type,
        {space: elements for space, elements in typed.items() if elements},
        jwk.cose(holder.key),
        _period(body, known, now),
        keys.mdoc_key,
        keys.signer,
    )
    return Made(credential, _flat(found))


def _period(body: Json, known: Known, now: datetime) -> mdoc.Period:
    """Say how long an mDoc is good for; a claim with its end goes before expiresIn."""
    begins = _date(body.get("validFrom"), known) or now
    ends = _date(body.get("validUntil"), known)
    return mdoc.Period(now, begins, ends or validity.after(now, body.get("expiresIn") or NO_END))


def _date(mapping: Json | None, known: Known) -> datetime | None:
    found = value(mapping, known) if mapping else None
    return validity.read(found.value) if found else None


def _flat(spaces: dict[str, dict[str, Found]]) -> dict[str, Found]:
    """Name elements without their namespace, where no other has the same name."""
    flat: dict[str, Found] = {}
    for space, elements in spaces.items():
        for name, found in elements.items():
            flat[f"{space}/{name}" if name in flat else name] = found
    return flat
