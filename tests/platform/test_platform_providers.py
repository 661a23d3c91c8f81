"""The authentication provider: what is sent to make and change one, and what is exported of it."""

import tomllib
from typing import Any

import pytest

from hook.platform.errors import PlatformError
from hook.platform.export import export, toml
from hook.platform.models import Provider, Registration
from hook.platform.providers import BadDraft, change, creation, draft, exported, objection, update
from hook.policies import NONE, POLICIES
from tests.platform.played import Played, said

SECRET = "sentinel-login-secret"
LIST = "GET /v1/users/authentication-providers"
WIRE: dict[str, Any] = {
    "id": "6b1c",
    "redirectUrl": "https://kauri.vii.nz01.mattr.global/v1/oauth/authentication/callback",
    "url": "https://login.kauri.nz",
    "clientId": "vii",
    "clientSecret": "****-OjH",
    "scope": ["openid", "email"],
    "tokenEndpointAuthMethod": "client_secret_post",
    "staticRequestParameters": {"prompt": "login", "max_age": 10000},
    "forwardedRequestParameters": ["login_hint"],
    "claimsToPersist": [],
}
PORTABLE = {n: v for n, v in WIRE.items() if n not in ("id", "redirectUrl", "clientSecret")}
CHANGEABLE = {name: value for name, value in PORTABLE.items() if name != "url"}


@pytest.fixture
def provider() -> Provider:
    return Provider.model_validate(WIRE)


def refusal(written: Any) -> str:
    with pytest.raises(BadDraft) as caught:
        draft(written)
    return str(caught.value)


def test_what_is_exported_makes_the_same_provider_elsewhere(provider: Provider) -> None:
    assert exported(provider) == PORTABLE
    assert creation(draft({"provider": exported(provider)}), SECRET) == {
        **PORTABLE,
        "clientSecret": SECRET,
    }


def test_a_file_may_hold_the_options_alone(provider: Provider) -> None:
    assert draft(exported(provider)) == draft({"provider": exported(provider)})


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"clientSecret": SECRET}, "--client-secret"),
        ({"provider": {"claimsToSync": []}}, "claimsToSync"),
        ({"provider": "login"}, "must be a table"),
    ],
)
def test_a_file_that_says_something_else_is_refused(written: Any, named: str) -> None:
    said = refusal(written)
    assert named in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Māori ✓ 🙂", "Māori ✓ 🙂"),
        ("a\x9bb", r"a\u009bb"),
        ("a\u202eb", r"a\u202eb"),
        ("a\x1b[2K\x7f", r"a\u001b[2K\u007f"),
        ("a\U000e0001b", r"a\U000e0001b"),
    ],
)
def test_what_cannot_be_printed_stands_in_an_export_by_its_number(text: str, written: str) -> None:
    found = {"provider": {text: text}}
    assert toml(found) == f'[provider]\n"{written}" = "{written}"\n'
    assert tomllib.loads(toml(found)) == found


@pytest.mark.parametrize(
    ("options", "secret", "named"),
    [
        ({"clientId": "vii"}, SECRET, "--url"),
        ({"url": "https://login.kauri.nz"}, SECRET, "--client-id"),
        ({"url": "https://login.kauri.nz", "clientId": "vii"}, None, "--client-secret"),
    ],
)
def test_a_new_provider_needs_to_be_known(options: Any, secret: str | None, named: str) -> None:
    with pytest.raises(BadDraft, match=f"needs {named}"):
        creation(options, secret)


def test_a_change_sends_all_but_url_and_secret_and_says_what_is_other(provider: Provider) -> None:
    body, changed = change(provider, {"scope": ["openid", "phone"]}, None)
    assert body == CHANGEABLE | {"scope": ["openid", "phone"]}
    assert [str(each) for each in changed] == ["scope: add phone; take out email"]


def test_a_new_secret_is_a_change_that_is_told_without_it(provider: Provider) -> None:
    body, changed = change(provider, {}, SECRET)
    assert body == {**CHANGEABLE, "clientSecret": SECRET}
    assert [str(each) for each in changed] == ["clientSecret: a new one"]


@pytest.mark.parametrize("options", [{}, PORTABLE, {"scope": ["email", "openid"]}])
def test_what_is_the_same_is_no_change(provider: Provider, options: Any) -> None:
    assert change(provider, options, None)[1] == ()


def test_parameters_of_every_login_are_told_as_json(provider: Provider) -> None:
    _, changed = change(provider, {"staticRequestParameters": {}}, None)
    assert [str(each) for each in changed] == [
        'staticRequestParameters: {"prompt": "login", "max_age": 10000} → {}'
    ]


def test_the_url_of_a_provider_cannot_be_changed(provider: Provider) -> None:
    with pytest.raises(BadDraft, match="delete it, and create one"):
        change(provider, {"url": "https://other.kauri.nz"}, None)


def test_a_policy_lets_no_provider_persist_anything() -> None:
    kept = {**CHANGEABLE, "claimsToPersist": ["email"]}
    assert objection(NONE, kept) == ""
    assert "nz-dcip forbids" in objection(POLICIES["nz-dcip"], kept)
    assert objection(POLICIES["nz-dcip"], CHANGEABLE) == ""


def test_a_change_is_read_back(provider: Provider) -> None:
    path = f"PUT /v1/users/authentication-providers/{WIRE['id']}"
    changed = WIRE | {"scope": ["openid"]}
    body, _ = change(provider, {"scope": ["openid"]}, None)
    with Played({path: said(200, **changed), LIST: said(200, data=[changed])}) as tenant:
        assert update(tenant.client(), provider, body).scope == ("openid",)
    with (
        Played({path: said(200, **changed), LIST: said(200, data=[WIRE])}) as tenant,
        pytest.raises(PlatformError, match="then shows another scope"),
    ):
        update(tenant.client(), provider, body)


def test_an_export_is_toml_that_holds_the_same_and_no_secret(provider: Provider) -> None:
    hook = Registration.model_validate(
        {"url": "https://hook.example.org/kauri", "claims": ["email"], "secret": SECRET}
    )
    found = export(hook, provider)
    assert SECRET not in toml(found)
    assert tomllib.loads(toml(found)) == found
    assert found == {
        "interactionHook": {
            "url": "https://hook.example.org/kauri",
            "claims": ["email"],
            "disabled": False,
        },
        "provider": PORTABLE,
    }


@pytest.mark.parametrize("registration", [None, Registration(url="https://hook.example.org")])
def test_a_tenant_with_less_exports_less(registration: Registration | None) -> None:
    assert list(export(registration, None)) == (["interactionHook"] if registration else [])


@pytest.mark.parametrize(
    "value",
    [
        'quote " and \\',
        "tab\tline\nnull\x00del\x7f",
        "Ōtaki 😀",
        "",
        -7,
        1.5,
        True,
        [],
        {},
        [[1], ["a"]],
    ],
)
def test_any_value_comes_back_out_of_toml(value: Any) -> None:
    tables = {"a table": {"a.key": value, "nested": {"inner": value, "e\n": {}}}}
    assert tomllib.loads(toml(tables)) == tables


def test_null_is_not_written_as_something_else() -> None:
    with pytest.raises(ValueError, match="use --json"):
        toml({"provider": {"claims": {"id_token": {"email": None}}}})
