"""Doctor on what the tenant knows of the hook, and whether it can be asked at all."""

from dataclasses import replace
from typing import Any

import pytest

from hook.platform.doctor import examine
from hook.platform.doctor.session import flow_seconds
from hook.platform.errors import PlatformError
from hook.platform.models import Metadata
from hook.tenant import Place
from hook.testing.hooks import SECOND_FACTOR, TOTP
from tests.platform.facts import URL, facts_of, found, levels, registration
from tests.support.config_trial import RAW, Trial

OTHER = bytes(range(32))
MAIL = """
[[tenants.kauri.steps]]
kind = "email_code"
name = "mail"
title = "Confirm your e-mail address"
[smtp]
host = "localhost"
sender = "hook@kauri.example"
"""
NOTHING = PlatformError("kauri.vii.nz01.mattr.global cannot be asked: nothing answers there.")


def test_a_tenant_without_a_fault_gets_no_finding(trial: Trial) -> None:
    assert levels(facts_of(trial)) == {}


@pytest.mark.parametrize(
    ("changes", "check", "level"),
    [
        ({"disabled": True}, "disabled", "error"),
        ({"url": "https://hook.example.org/kauri/"}, "hook_url", "error"),
        ({"url": "https://HOOK.example.org/kauri"}, "hook_url", "error"),
        ({"claims": []}, "claims_missing", "error"),
        ({"claims": ["email", "phone_number"]}, "claims_unused", "warning"),
        ({"sessionTimeoutInSec": 134}, "timeout", "error"),
        ({"sessionTimeoutInSec": None}, "timeout", "note"),
    ],
)
def test_one_difference_is_one_finding(
    trial: Trial, changes: dict[str, Any], check: str, level: str
) -> None:
    assert levels(facts_of(trial, registration=registration(**changes))) == {check: level}


def test_a_tenant_without_a_hook_is_an_error_that_apply_mends(trial: Trial) -> None:
    finding = found(facts_of(trial, registration=None))["registered"]
    assert finding.level == "error"
    assert "flask tenant apply" in finding.mend


def test_a_hook_that_could_not_be_read_is_not_said_to_be_missing(trial: Trial) -> None:
    facts = facts_of(trial, registration=None, failures={"registration": NOTHING})
    assert levels(facts) == {"readable": "error"}
    assert str(NOTHING) in found(facts)["readable"].what


def test_another_spelling_of_the_hook_url_that_the_hook_takes_is_no_finding(trial: Trial) -> None:
    slash = "https://hook.example.org/kauri/"
    taken = ('subject  = "email"', f'subject  = "email"\naudiences = ["{slash}"]')
    assert levels(facts_of(trial, taken, registration=registration(url=slash))) == {}


def test_a_hook_on_this_machine_cannot_be_reached_by_a_tenant_elsewhere(trial: Trial) -> None:
    here = ('"https://hook.example.org"', '"http://localhost:8000"')
    known = registration(url="http://localhost:8000/kauri")
    facts = facts_of(trial, here, registration=known)
    assert levels(facts) == {"public": "error"}
    emulator = replace(facts.platform, url="http://localhost:9000")
    assert levels(replace(facts, platform=emulator)) == {}


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://hook.example.org/kauri", True),
        ("https://hook.example.org:8443/kauri", True),
        ("http://hook.example.org/kauri", False),
        ("https://hook.example.org/kauri?a=b", False),
        ("https://192.0.2.1/kauri", False),
        ("https://192.0.2.1:8443/kauri", False),
        ("https://[2001:db8::1]/kauri", False),
    ],
)
def test_a_url_that_the_platform_would_not_take_is_an_error(
    trial: Trial, url: str, taken: bool
) -> None:
    accepted = ('subject  = "email"', f'subject  = "email"\naudiences = ["{url}"]')
    facts = facts_of(trial, accepted, registration=registration(url=url))
    assert levels(facts) == ({} if taken else {"public": "error"})


@pytest.mark.parametrize(
    ("secrets", "verdict"),
    [
        ([RAW], {}),
        ([OTHER], {"secret": "error"}),
        ([None], {"secret_absent": "warning"}),
        ([RAW, OTHER], {"secret": "note"}),
        ([None, RAW], {"secret": "note"}),
        ([OTHER, RAW], {"secret": "note"}),
        ([None, OTHER], {"secret": "error"}),
    ],
)
def test_secrets_are_compared_by_fingerprint(
    trial: Trial, secrets: list[bytes | None], verdict: dict[str, str]
) -> None:
    places = tuple(Place(variable=f"SECRET_{n}", secret=each) for n, each in enumerate(secrets))
    assert levels(facts_of(trial, places=places)) == verdict


def test_a_tenant_that_shows_no_secret_is_an_error(trial: Trial) -> None:
    facts = facts_of(trial, registration=registration(secret=None))
    assert levels(facts) == {"secret": "error"}


def test_a_session_must_be_as_long_as_what_the_steps_need(trial: Trial) -> None:
    facts = facts_of(trial)
    # A page of terms, and a form with one field.
    assert flow_seconds(facts) == 60 + 75
    assert levels(replace(facts, registration=registration(sessionTimeoutInSec=135))) == {}
    assert levels(replace(facts, registration=registration(sessionTimeoutInSec=134))) == {
        "timeout": "error"
    }


def test_a_step_that_waits_for_others_needs_their_time(trial: Trial) -> None:
    handoff = """
[[tenants.kauri.steps]]
kind = "handoff"
name = "identity"
title = "Confirm your identity"
text = "We take you to Rimu ID."
url = "https://id.rimu.example/hook"
secrets = ["env:RIMU_SECRET"]
timeout = "30m"
"""
    facts = facts_of(trial, more=handoff)
    assert flow_seconds(facts) == 60 + 75 + 60 + 1800
    assert "1995 or more" in found(facts)["timeout"].mend


@pytest.mark.parametrize(("flow", "needs"), [(SECOND_FACTOR, 180), (TOTP, 180), (MAIL, 600)])
def test_a_step_says_how_long_it_lasts(trial: Trial, flow: str, needs: int) -> None:
    assert flow_seconds(facts_of(trial, more=flow)) == 60 + 75 + needs


def test_two_ends_of_one_session_are_a_warning(trial: Trial) -> None:
    ours = ('subject  = "email"', 'subject  = "email"\nsession_timeout = 600')
    facts = facts_of(trial, ours)
    assert levels(facts) == {"timeout_differs": "warning"}
    same = registration(sessionTimeoutInSec=600)
    assert levels(replace(facts, registration=same)) == {}


def test_a_tenant_that_calls_itself_otherwise_is_a_warning(trial: Trial) -> None:
    facts = facts_of(trial, metadata=Metadata(issuer="https://id.kauri.nz"))
    assert levels(facts) == {"issuer": "warning"}
    custom = (f'["{URL}"]', f'["{URL}", "https://id.kauri.nz"]')
    assert levels(facts_of(trial, custom, metadata=facts.metadata)) == {}


@pytest.mark.parametrize(
    ("what", "gone", "verdict"),
    [
        ("metadata", ["metadata"], {"metadata": "error"}),
        (
            "token",
            ["registration", "providers", "discovery", "configurations", "sources"],
            {"token": "error"},
        ),
        ("providers", ["providers", "discovery"], {"readable": "error"}),
        ("configurations", ["configurations"], {"readable": "warning"}),
        ("sources", ["sources"], {"readable": "warning"}),
        ("discovery", ["discovery"], {"readable": "warning"}),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_made_of_it(
    trial: Trial, what: str, gone: list[str], verdict: dict[str, str]
) -> None:
    unknown: dict[str, Any] = dict.fromkeys(gone)
    assert levels(facts_of(trial, failures={what: NOTHING}, **unknown)) == verdict


def test_the_worst_comes_first(trial: Trial) -> None:
    known = registration(claims=["email", "name"], sessionTimeoutInSec=None, disabled=True)
    said = [finding.level for finding in examine(facts_of(trial, registration=known))]
    assert said == ["error", "warning", "note"]
