"""How a tenant's API is reached, which policy it keeps, and what commands load without secrets."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hook.config.management import Managed, load_management
from hook.errors import ConfigError
from hook.tenant import Platform
from hook.testing.hooks import ENVIRON
from tests.support.config_trial import RAW, SECRET, Trial

PLATFORM = """
[tenants.kauri.platform]
client_id = "cli-7"
client_secret = "env:KAURI_API_SECRET"
"""
API_SECRET = "sentinel-of-the-client"
ISSUER = "https://kauri.vii.nz01.mattr.global"
CUSTOM = (f'["{ISSUER}"', '["https://id.kauri.nz"')
PERSIST = ("persist  = []", 'persist = ["pronouns"]')
KEY = "tenants.kauri.platform"


def platform_of(trial: Trial, *changes: tuple[str, str], more: str = "") -> Platform:
    platform = trial.load(*changes, more=PLATFORM + more).tenants["kauri"].platform
    assert platform is not None
    return platform


def managed(path: Path, environ: Mapping[str, str]) -> Managed:
    return load_management(path, environ).of("kauri")


def mistakes(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        managed(path, environ)
    return {mistake.key: mistake.problem for mistake in caught.value.mistakes}


@pytest.fixture
def only_client() -> dict[str, str]:
    """The environment of somebody who manages the tenant, and has no secret of the hook."""
    return {"KAURI_API_SECRET": API_SECRET}


def test_a_hook_needs_no_way_to_the_tenants_api(trial: Trial) -> None:
    assert trial.load().tenants["kauri"].platform is None


def test_all_but_the_client_is_known_of_a_tenant_at_mattr_global(trial: Trial) -> None:
    assert platform_of(trial) == Platform(
        url=ISSUER,
        auth_url="https://auth.nz01.mattr.global",
        audience=ISSUER,
        client_id="cli-7",
        client_secret="env:KAURI_API_SECRET",
    )


@pytest.mark.parametrize("region", ["au01", "us01", "mars77"])
def test_a_region_is_taken_as_it_is(trial: Trial, region: str) -> None:
    found = platform_of(trial, ("vii.nz01", f"vii.{region}"))
    assert found.auth_url == f"https://auth.{region}.mattr.global"


def test_of_a_domain_of_its_own_nobody_knows_who_gives_tokens(trial: Trial) -> None:
    said = trial.mistakes(CUSTOM, more=PLATFORM)
    assert said == {
        f"{KEY}.auth_url": "say where API tokens for this tenant are had; its URL does not tell"
    }
    given = 'auth_url = "https://auth.nz01.mattr.global"'
    assert platform_of(trial, CUSTOM, more=given).url == "https://id.kauri.nz"


@pytest.mark.parametrize(
    ("option", "right", "wrong", "why"),
    [
        ("url", "https://t.example.org", "http://t.example.org", "http is for localhost only"),
        ("url", "http://localhost:9000", "http://127.0.0.1:9000", "http is for localhost only"),
        ("url", "https://t.example.org/", "https://t.example.org/v1", "only scheme and host"),
        ("url", "https://t.example.org:8443", "https://t.example.org:0", "no server has the port"),
        ("auth_url", "https://a.example.org", "https://a.example.org/oauth/token", "only scheme"),
        ("auth_url", "https://a.example.org", "https://192.0.2.1", "an IP address is not taken"),
    ],
)
def test_a_url_of_the_api_is_a_host_that_paths_are_added_to(
    trial: Trial, option: str, right: str, wrong: str, why: str
) -> None:
    other = "" if option == "auth_url" else 'auth_url = "https://auth.nz01.mattr.global"\n'
    platform_of(trial, more=f'{other}{option} = "{right}"')
    said = trial.mistakes(more=f'{PLATFORM}{other}{option} = "{wrong}"')
    assert why in said[f"{KEY}.{option}"]


@pytest.mark.parametrize(
    ("option", "example"),
    [("url", "kauri.vii.nz01.mattr.global"), ("auth_url", "auth.nz01.mattr.global")],
)
def test_what_is_suggested_fits_the_option(trial: Trial, option: str, example: str) -> None:
    other = "" if option == "auth_url" else 'auth_url = "https://auth.nz01.mattr.global"\n'
    for wrong in ("https://t.example.org/v1", "https://192.0.2.1"):
        said = trial.mistakes(more=f'{PLATFORM}{other}{option} = "{wrong}"')
        assert example in said[f"{KEY}.{option}"]


def test_an_issuer_that_cannot_be_asked_needs_a_url_beside_it(trial: Trial) -> None:
    odd = (f'["{ISSUER}"', '["https://192.0.2.1"')
    assert list(trial.mistakes(odd, more=PLATFORM)) == [f"{KEY}.url"]
    assert platform_of(trial, odd, more=f'url = "{ISSUER}"').url == ISSUER


@pytest.mark.parametrize("written", [API_SECRET, "$KAURI_API_SECRET", "env:", "ENV:KAURI"])
def test_the_clients_secret_does_not_stand_in_the_file(trial: Trial, written: str) -> None:
    said = trial.mistakes(more=PLATFORM.replace("env:KAURI_API_SECRET", written))
    assert said == {f"{KEY}.client_secret": 'use "env:NAME" or "file:PATH"'}


def test_the_hook_starts_without_the_clients_secret_and_never_has_it(trial: Trial) -> None:
    found = trial.load(more=PLATFORM, KAURI_API_SECRET=API_SECRET)
    assert API_SECRET not in repr(found.tenants["kauri"].platform)


def test_a_policy_lets_no_step_persist_anything(trial: Trial) -> None:
    policy = ('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcip"')
    assert trial.load(policy).tenants["kauri"].policy.name == "nz-dcip"
    said = trial.mistakes(policy, PERSIST)
    assert list(said) == ["tenants.kauri.persist"]
    assert "the policy nz-dcip forbids" in said["tenants.kauri.persist"]


def test_without_a_policy_the_same_may_be_persisted(trial: Trial) -> None:
    assert trial.load(PERSIST).tenants["kauri"].persist == ("pronouns",)


def test_a_policy_that_there_is_not_is_told_with_those_there_are(trial: Trial) -> None:
    said = trial.mistakes(('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcpi"'))
    assert '"nz-dcip"' in said["tenants.kauri.policy"]


def test_a_tenant_is_managed_before_there_is_any_secret_of_the_hook(
    trial: Trial, only_client: dict[str, str]
) -> None:
    found = managed(trial.write(more=PLATFORM), only_client)
    assert found.client_secret == API_SECRET
    assert found.tenant.secrets == ()
    assert [(str(place), place.secret) for place in found.places] == [
        ("the variable KAURI_SECRET", None)
    ]


def test_the_hook_itself_does_not_start_then(trial: Trial) -> None:
    said = trial.mistakes(more=PLATFORM, KAURI_SECRET="")
    assert said == {"tenants.kauri.secrets[0]": "the environment variable KAURI_SECRET is not set"}


def test_secrets_that_are_there_are_known_in_their_order(
    trial: Trial, only_client: dict[str, str]
) -> None:
    (trial.folder / "old.secret").write_text(SECRET + "\n", encoding="utf-8")
    places = ('["env:KAURI_SECRET"]', '["file:new.secret", "file:old.secret", "env:KAURI_SECRET"]')
    found = managed(trial.write(places, more=PLATFORM), only_client)
    assert found.tenant.secrets == (RAW,)
    assert [place.secret for place in found.places] == [None, RAW, None]
    assert found.places[0].file == trial.folder / "new.secret"
    assert [str(place) for place in found.places[:2]] == [
        "the file new.secret",
        "the file old.secret",
    ]


@pytest.mark.parametrize("spoiled", ["changeme", SECRET.replace("=", ""), f"'{SECRET}'"])
def test_a_secret_that_is_there_and_wrong_is_a_mistake_for_commands_too(
    trial: Trial, only_client: dict[str, str], spoiled: str
) -> None:
    path = trial.write(more=PLATFORM)
    managed(path, {**only_client, "KAURI_SECRET": SECRET})
    said = mistakes(path, {**only_client, "KAURI_SECRET": spoiled})
    assert list(said) == ["tenants.kauri.secrets[0]"]


def test_a_secrets_file_that_cannot_be_read_is_not_taken_for_none(
    trial: Trial, only_client: dict[str, str]
) -> None:
    (trial.folder / "kauri.secret").mkdir()
    path = trial.write(('["env:KAURI_SECRET"]', '["file:kauri.secret"]'), more=PLATFORM)
    assert list(mistakes(path, only_client)) == ["tenants.kauri.secrets[0]"]


def test_a_secret_that_was_taken_for_the_name_of_a_variable_is_not_told(
    trial: Trial, only_client: dict[str, str]
) -> None:
    path = trial.write(('"env:KAURI_SECRET"', f'"env:{SECRET}"'), more=PLATFORM)
    (place,) = managed(path, only_client).places
    assert str(place) == "the variable that is named here"
    assert (SECRET in repr(place)) is False


def test_an_empty_list_of_secrets_is_a_mistake_for_commands_too(
    trial: Trial, only_client: dict[str, str]
) -> None:
    path = trial.write(('["env:KAURI_SECRET"]', "[]"), more=PLATFORM)
    assert mistakes(path, only_client) == {"tenants.kauri.secrets": "give at least one"}


def test_everything_else_is_checked_for_commands_as_for_the_hook(
    trial: Trial, only_client: dict[str, str]
) -> None:
    changes = (('subject  = "email"', ""), ('"terms.md"', '"nowhere.md"'))
    path = trial.write(*changes, more=PLATFORM)
    as_hook = trial.mistakes(*changes, more=PLATFORM)
    assert mistakes(path, only_client) == as_hook
    assert len(as_hook) == 2


def test_what_stands_in_for_secrets_is_another_each_time_and_told_nowhere(
    trial: Trial, only_client: dict[str, str]
) -> None:
    handoff = """
[[tenants.kauri.steps]]
kind = "handoff"
name = "identity"
title = "Confirm your identity"
text = "We take you to Rimu ID."
url = "https://id.rimu.example/hook"
secrets = ["env:RIMU_SECRET", "env:RIMU_OLD"]
"""
    flow = managed(trial.write(more=handoff + PLATFORM), only_client).tenant.flow
    first, second = (each.get_secret_value() for each in flow[-1].options.secrets)
    assert len(first) == len(second) == 32
    assert (first == second) is False


def test_a_tenant_without_a_way_to_its_api_is_told_what_is_missing(
    trial: Trial, only_client: dict[str, str]
) -> None:
    said = mistakes(trial.write(), only_client)
    assert list(said) == [KEY]
    assert "this is missing" in said[KEY]


def test_a_client_secret_that_is_not_there_is_told_by_its_variable(trial: Trial) -> None:
    assert mistakes(trial.write(more=PLATFORM), {}) == {
        f"{KEY}.client_secret": "the environment variable KAURI_API_SECRET is not set"
    }


def test_nothing_of_the_client_is_printed_of_what_was_loaded(
    trial: Trial, only_client: dict[str, str]
) -> None:
    environ = {**ENVIRON, **only_client, "KAURI_SECRET": SECRET}
    management = load_management(trial.write(more=PLATFORM), environ)
    printed = repr(management) + repr(management.of("kauri"))
    assert [word for word in (API_SECRET, SECRET, repr(RAW)) if word in printed] == []
