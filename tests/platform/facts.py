"""A tenant that is all right, to be changed in one place at a time."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hook.platform.doctor import Facts, Finding, examine
from hook.platform.models import (
    ClaimSource,
    CredentialConfiguration,
    Metadata,
    Provider,
    Registration,
)
from hook.tenant import Place, Platform
from tests.support.config_trial import RAW, SECRET, Trial

URL = "https://kauri.vii.nz01.mattr.global"
REGISTRATION: dict[str, Any] = {
    "url": "https://hook.example.org/kauri",
    "claims": ["email"],
    "sessionTimeoutInSec": 1200,
    "disabled": False,
    "secret": SECRET,
}
PROVIDER: dict[str, Any] = {
    "id": "6b1c",
    "url": "https://login.kauri.nz",
    "clientId": "vii",
    "scope": ["openid", "profile", "email"],
    "redirectUrl": f"{URL}/v1/oauth/authentication/callback",
}
MAPPINGS: dict[str, Any] = {
    "email": {"mapFrom": "claims.email", "required": True},
    "pronouns": {"mapFrom": "claims.pronouns", "required": True},
    "id": {"mapFrom": "authenticationProvider.subjectId", "required": True},
    "level": {"defaultValue": "tertiary", "required": True},
}


def registration(**changes: Any) -> Registration:
    return Registration.model_validate(_changed(REGISTRATION, changes))


def provider(**changes: Any) -> Provider:
    return Provider.model_validate(_changed(PROVIDER, changes))


def configuration(mappings: Any = MAPPINGS, **more: Any) -> CredentialConfiguration:
    return CredentialConfiguration.model_validate(
        {"id": "0d1f", "name": "Student card", "claimMappings": mappings} | more
    )


def facts_of(trial: Trial, *changes: tuple[str, str], more: str = "", **known: Any) -> Facts:
    """All that there is to know of a tenant without a fault; changes go over it."""
    right: dict[str, Any] = {
        "metadata": Metadata(issuer=URL),
        "registration": registration(),
        "providers": [provider()],
        "discovery": {"scopes_supported": ["openid", "profile", "email"]},
        "configurations": [configuration()],
        "sources": [ClaimSource(id="5a")],
    }
    tenant = trial.load(*changes, more=more).tenants["kauri"]
    platform = Platform(URL, "https://auth.nz01.mattr.global", URL, "cli-7", "env:X")
    places = (Place(variable="KAURI_SECRET", secret=RAW),)
    return replace(Facts(tenant, platform, places), **(right | known))


def found(facts: Facts) -> dict[str, Finding]:
    """What doctor finds, by check; each finding says all that it must."""
    findings = examine(facts)
    for finding in findings:
        sentences = (finding.what, finding.why, finding.mend)
        assert [text for text in sentences if not text[:1].isupper() and text[:1] != "`"] == []
        assert [text for text in sentences if text[-1] not in ".)"] == []
        assert SECRET not in "".join(sentences)
    assert len({finding.check for finding in findings}) == len(findings)
    return {finding.check: finding for finding in findings}


def levels(facts: Facts) -> dict[str, str]:
    """What doctor finds: check and level."""
    return {check: finding.level for check, finding in found(facts).items()}


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    both: Iterable[tuple[str, Any]] = (values | changes).items()
    return {name: value for name, value in both if value is not None}
