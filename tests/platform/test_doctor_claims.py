"""Doctor on the login, and on whether every credential can be filled."""

import shlex
from dataclasses import replace
from typing import Any

import pytest

from hook.platform.models import CredentialConfiguration
from tests.platform.facts import configuration, facts_of, found, levels, provider, registration
from tests.support.config_trial import Trial

PHONE = ('subject  = "email"', 'subject  = "phone_number"')
NUMBER = ('subject  = "email"', 'subject  = "student_number"')
DCIP = ('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcip"')
WITH_PHONE = ["openid", "profile", "email", "phone"]


def one(**mapping: Any) -> CredentialConfiguration:
    return configuration({"x": mapping})


def test_a_tenant_without_a_login_is_an_error(trial: Trial) -> None:
    facts = facts_of(trial, providers=[], discovery=None, configurations=None)
    assert levels(facts) == {"provider": "error"}


def test_a_scope_that_stands_for_a_claim_must_be_asked_for(trial: Trial) -> None:
    known = registration(claims=["email", "phone_number"])
    facts = facts_of(trial, PHONE, registration=known)
    finding = found(facts)["scopes"]
    assert finding.level == "error"
    assert "phone" in finding.what
    assert "--scope phone" in finding.mend
    asked = replace(facts, providers=[provider(scope=WITH_PHONE)], discovery={})
    assert "scopes" not in levels(asked)


@pytest.mark.parametrize("word", ["student", "a;id", "$(id)", "`id`", "it's", "two words"])
def test_a_command_to_be_typed_has_the_tenants_words_as_words(trial: Trial, word: str) -> None:
    facts = facts_of(trial, PHONE, providers=[provider(scope=["openid", word])])
    mend = found(facts)["scopes"].mend
    typed = shlex.split(mend.partition("`")[2].rpartition("`")[0])
    assert typed[:4] == ["flask", "tenant", "provider", "update"]
    scopes = sorted(["openid", "phone", word])
    assert typed[4:] == [each for scope in scopes for each in ("--scope", scope)]
    assert (f"--scope {word}" in mend) is (word == "student")


@pytest.mark.parametrize(
    "claims",
    [
        {"id_token": {"phone_number": None}},
        {"userinfo": {"phone_number": {"essential": True}}},
        '{"id_token": {"phone_number": null}}',
    ],
)
def test_a_claim_that_is_asked_for_by_name_needs_no_scope(trial: Trial, claims: Any) -> None:
    known = registration(claims=["phone_number"])
    by_name = provider(staticRequestParameters={"claims": claims})
    assert "scopes" in levels(facts_of(trial, PHONE, registration=known))
    assert "scopes" not in levels(facts_of(trial, PHONE, registration=known, providers=[by_name]))


@pytest.mark.parametrize("claims", ["all", "[1]", 7, {"id_token": "all"}])
def test_a_claims_parameter_that_is_none_asks_for_nothing(trial: Trial, claims: Any) -> None:
    odd = provider(staticRequestParameters={"claims": claims})
    facts = facts_of(trial, PHONE, registration=registration(), providers=[odd])
    assert "scopes" in levels(facts)


def test_a_provider_without_scopes_is_asked_for_the_three_of_the_platform(trial: Trial) -> None:
    assert levels(facts_of(trial, providers=[provider(scope=None)])) == {}


def test_a_claim_without_a_scope_is_the_issuers_word(trial: Trial) -> None:
    known = registration(claims=["student_number"])
    facts = facts_of(trial, NUMBER, registration=known)
    assert levels(facts) == {}
    listed = {"claims_supported": ["sub", "email"]}
    assert levels(replace(facts, discovery=listed)) == {"claims_unknown": "note"}


def test_a_scope_that_the_login_does_not_know_is_a_warning(trial: Trial) -> None:
    facts = facts_of(trial, discovery={"scopes_supported": ["openid", "email"]})
    assert levels(facts) == {"scopes_unknown": "warning"}
    assert "profile" in found(facts)["scopes_unknown"].what


@pytest.mark.parametrize("discovery", [{}, {"scopes_supported": "all"}, {"scopes_supported": []}])
def test_a_login_that_lists_nothing_is_no_finding(trial: Trial, discovery: Any) -> None:
    assert levels(facts_of(trial, discovery=discovery)) == {}


def test_the_old_spelling_of_the_callback_is_a_warning(trial: Trial) -> None:
    old = "https://kauri.vii.nz01.mattr.global/core/v1/oauth/authentication/callback"
    facts = facts_of(trial, providers=[provider(redirectUrl=old)])
    assert levels(facts) == {"callback": "warning"}


@pytest.mark.parametrize(
    ("changes", "kept", "verdict"),
    [
        ((), [], {}),
        ((), ["email"], {"persist": "note"}),
        ((DCIP,), [], {}),
        ((DCIP,), ["email"], {"persist": "error"}),
    ],
)
def test_what_the_tenant_keeps_is_judged_by_the_policy(
    trial: Trial, changes: tuple[tuple[str, str], ...], kept: list[str], verdict: dict[str, str]
) -> None:
    facts = facts_of(trial, *changes, providers=[provider(claimsToPersist=kept)])
    assert levels(facts) == verdict


@pytest.mark.parametrize(
    "mapping",
    [
        {"mapFrom": "claims.email"},
        {"mapFrom": "claims.family_name"},
        {"mapFrom": "claims.sub"},
        {"mapFrom": "claims.pronouns"},
        {"mapFrom": "authenticationProvider.subjectId"},
        {"mapFrom": "claims.nowhere", "defaultValue": "x"},
        {"defaultValue": False},
    ],
)
def test_a_required_value_that_somebody_gives_is_no_finding(
    trial: Trial, mapping: dict[str, Any]
) -> None:
    assert levels(facts_of(trial, configurations=[one(required=True, **mapping)])) == {}


@pytest.mark.parametrize(
    ("path", "mend"),
    [
        ("claims.nowhere", "Let a step write it"),
        ("claims.phone_number", "the scope phone"),
        ("claims.address.formatted", "the scope address"),
        ("claims.pronoun", "Let a step write it"),
    ],
)
def test_a_required_value_that_nobody_gives_is_an_error(trial: Trial, path: str, mend: str) -> None:
    finding = found(facts_of(trial, configurations=[one(mapFrom=path, required=True)]))[
        "mapping_required"
    ]
    assert finding.level == "error"
    assert f"nothing gives {path}" in finding.what
    assert mend in finding.mend


def test_a_value_within_what_a_step_writes_is_given(trial: Trial) -> None:
    nested = ('claim = "pronouns"', 'claim = "about.pronouns"')
    for path in ("claims.about", "claims.about.pronouns"):
        mapping = one(mapFrom=path, required=True)
        assert levels(facts_of(trial, nested, configurations=[mapping])) == {}
    other = one(mapFrom="claims.about.name", required=True)
    assert "mapping_required" in levels(facts_of(trial, nested, configurations=[other]))


def test_what_a_claims_source_may_give_is_a_note(trial: Trial) -> None:
    mapping = {"x": {"mapFrom": "claims.nowhere", "required": True}}
    facts = facts_of(trial, configurations=[configuration(mapping, claimSourceId="5a")])
    assert levels(facts) == {"mapping_unknown": "note"}


def test_what_a_scope_of_the_logins_own_may_give_is_a_warning(trial: Trial) -> None:
    own = provider(scope=["openid", "profile", "email", "student"])
    facts = facts_of(
        trial,
        providers=[own],
        discovery={},
        configurations=[one(mapFrom="claims.nowhere", required=True)],
    )
    assert levels(facts) == {"mapping_unknown": "warning"}


def test_what_the_login_lists_of_itself_it_may_be_taken_to_give(trial: Trial) -> None:
    required = [one(mapFrom="claims.nowhere", required=True)]
    listed = {"claims_supported": ["email", "nowhere"]}
    assert levels(facts_of(trial, configurations=required, discovery=listed)) == {}


def test_an_optional_value_without_a_default_is_a_note(trial: Trial) -> None:
    facts = facts_of(trial, configurations=[one(mapFrom="claims.email")])
    assert levels(facts) == {"mapping_optional": "note"}
    assert "Student card (JSON, 0d1f)" in found(facts)["mapping_optional"].what
    default = one(mapFrom="claims.email", defaultValue="")
    assert levels(facts_of(trial, configurations=[default])) == {}
