"""flask tenant provider show, create, update and delete, against the stand-in tenant."""

import json
from typing import Any

import pytest

from tests.platform.desk import Desk

UNUSABLE = 2
LOGIN_SECRET = "sentinel-login-secret"
DCIP = ('subject  = "email"', 'subject  = "email"\npolicy = "nz-dcip"')
NEW = (
    "create", "--url", "https://login.kauri.nz", "--client-id", "vii",
    "--client-secret", "env:LOGIN_SECRET",
)  # fmt: skip


@pytest.fixture
def empty(desk: Desk) -> Desk:
    """A tenant without a login."""
    for provider in desk.tenant.state.providers.all():
        desk.tenant.state.providers.take(provider["id"])
    desk.environ["LOGIN_SECRET"] = LOGIN_SECRET
    return desk


def there(desk: Desk) -> dict[str, Any]:
    (provider,) = desk.tenant.state.providers.all()
    return provider


def provider(desk: Desk, *command: str) -> Any:
    told = desk("provider", *command)
    assert LOGIN_SECRET not in told.out + told.err
    return told


def test_the_login_is_shown_without_its_secret(desk: Desk) -> None:
    told = provider(desk, "show")
    assert told.status == 0
    assert f"url: {desk.trip.settings.idp_url}" in told.lines
    assert "scope: openid, profile, email" in told.lines
    assert any(line.startswith("redirectUrl: ") for line in told.lines)
    assert "ecret" not in told.out.replace("client_secret_basic", "")
    assert provider(desk, "show", "--json").json["id"] == there(desk)["id"]


def test_a_login_is_made_after_a_yes(empty: Desk) -> None:
    told = provider(empty, *NEW)
    assert told.status == UNUSABLE
    assert "nobody to ask here" in told.err
    assert empty.tenant.state.providers.all() == []
    told = provider(
        empty, *NEW, "--yes", "--scope", "openid", "--scope", "email", "--static", "prompt=login",
        "--forward", "login_hint", "--auth-method", "client_secret_post",
    )  # fmt: skip
    assert told.status == 0
    made = there(empty)
    assert (made["clientSecret"] == LOGIN_SECRET) is True
    assert made["scope"] == ["openid", "email"]
    assert made["staticRequestParameters"] == {"prompt": "login"}
    assert made["forwardedRequestParameters"] == ["login_hint"]
    assert made["tokenEndpointAuthMethod"] == "client_secret_post"
    assert "/v1/oauth/authentication/callback" in told.out


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_a_login_is_taken_from_one_tenant_to_the_next(empty: Desk, ending: str) -> None:
    kept = ("--persist", "email", "--scope", "openid")
    assert provider(empty, *NEW, *kept, "--yes").status == 0
    exported = empty("export", *(["--json"] if ending == "json" else []))
    file = empty.folder / f"sandbox.{ending}"
    file.write_text(exported.out, encoding="utf-8")
    before = provider(empty, "show", "--json").json
    assert provider(empty, "delete", "--yes").status == 0
    command = ("create", "--from", str(file), "--client-secret", "env:LOGIN_SECRET", "--yes")
    assert provider(empty, *command).status == 0
    after = provider(empty, "show", "--json").json
    assert (after.pop("id") == before.pop("id")) is False
    assert after == before


def test_a_second_login_is_refused_by_the_tenant_in_a_sentence(empty: Desk) -> None:
    assert provider(empty, *NEW, "--yes").status == 0
    told = provider(empty, *NEW, "--yes")
    assert told.status == UNUSABLE
    assert "url (body): A tenant has one authentication provider at most" in told.err


def test_a_change_is_shown_asked_for_and_made(desk: Desk) -> None:
    command = ("update", "--scope", "openid", "--scope", "profile", "--scope", "email")
    told = provider(desk, *command, "--scope", "phone")
    assert told.status == UNUSABLE
    assert told.lines == ["  scope: add phone"]
    assert "phone" not in there(desk)["scope"]
    told = provider(desk, *command, "--scope", "phone", "--yes")
    assert told.status == 0
    assert there(desk)["scope"] == ["openid", "profile", "email", "phone"]
    assert there(desk)["forwardedRequestParameters"] == ["login_hint"]
    assert provider(desk, *command, "--scope", "phone").lines[0] == "Nothing to change."


def test_a_change_is_there_for_programs_too(desk: Desk) -> None:
    told = provider(desk, "update", "--scope", "openid", "--yes", "--json")
    assert told.json["scope"] == ["openid"]
    assert "  scope: take out email, profile" in told.err.splitlines()


def test_a_new_secret_goes_out_and_is_not_told(empty: Desk) -> None:
    assert provider(empty, *NEW, "--yes").status == 0
    empty.environ["LOGIN_SECRET"] = LOGIN_SECRET + "-2"
    told = provider(empty, "update", "--client-secret", "env:LOGIN_SECRET", "--yes")
    assert told.status == 0
    assert "  clientSecret: a new one" in told.lines
    assert (there(empty)["clientSecret"] == LOGIN_SECRET + "-2") is True


def test_what_is_kept_of_people_can_be_ended(desk: Desk) -> None:
    assert provider(desk, "update", "--persist", "email", "--yes").status == 0
    assert there(desk)["claimsToPersist"] == ["email"]
    assert provider(desk, "update", "--persist-nothing", "--yes").status == 0
    assert there(desk)["claimsToPersist"] == []


@pytest.mark.parametrize("command", [NEW, ("update",)])
def test_the_policy_lets_no_login_be_kept(empty: Desk, command: tuple[str, ...]) -> None:
    if command is not NEW:
        assert provider(empty, *NEW, "--yes").status == 0
    empty.write(DCIP)
    before = empty.tenant.state.providers.all()
    told = provider(empty, *command, "--persist", "email", "--yes")
    assert told.status == UNUSABLE
    assert "nz-dcip forbids" in told.err
    assert empty.tenant.state.providers.all() == before
    empty.write()
    assert provider(empty, *command, "--persist", "email", "--yes").status == 0


def test_a_login_is_deleted_after_a_yes(desk: Desk) -> None:
    told = provider(desk, "delete")
    assert told.status == UNUSABLE
    assert len(desk.tenant.state.providers.all()) == 1
    told = provider(desk, "delete", "--yes")
    assert (told.status, told.lines) == (0, ["The provider is gone."])
    assert desk.tenant.state.providers.all() == []


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("https://login.kauri.nz", "https://login.kauri.nz"),
        ("https://x\x1b[2K\rDelete nothing\u202e\x9b", "https://x[2KDelete nothing"),
    ],
)
def test_a_question_is_asked_as_it_was_meant(desk: Desk, written: str, seen: str) -> None:
    there(desk)["url"] = written
    told = desk.answer("n\n", "provider", "delete")
    assert told.status == 1
    assert told.err.startswith(f"Delete the login at {seen} of kauri at ")
    assert len(desk.tenant.state.providers.all()) == 1


@pytest.mark.parametrize(
    ("option", "seen"),
    [("claimsToSync", "claimsToSync"), ("x\x1b[2K\rAll is well\x9b", "x[2KAll is well")],
)
def test_a_refusal_is_told_as_it_was_meant(empty: Desk, option: str, seen: str) -> None:
    path = empty.folder / "odd.json"
    path.write_text(json.dumps({option: []}), encoding="utf-8")
    told = provider(empty, *NEW, "--from", str(path), "--yes")
    assert (told.status, told.err) == (UNUSABLE, f"A provider has no option {seen}.\n")


@pytest.mark.parametrize("command", ["show", "update", "delete"])
def test_where_there_is_no_login_that_is_told(empty: Desk, command: str) -> None:
    told = provider(empty, command)
    assert told.status == UNUSABLE
    assert "has no authentication provider" in told.err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("env:NOWHERE", "the environment variable NOWHERE is not set"),
        ("file:nowhere", "the secret's file cannot be read"),
        (LOGIN_SECRET, "says where the secret is"),
        ("$LOGIN_SECRET", 'write "env:NAME"'),
    ],
)
def test_the_secret_of_a_login_is_named_and_not_typed(empty: Desk, written: str, told: str) -> None:
    said = provider(empty, *NEW[:-1], written, "--yes")
    assert said.status == UNUSABLE
    assert told in said.err
    assert empty.tenant.state.providers.all() == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nowhere.toml", None, "cannot be read"),
        ("odd.toml", "provider = ", "is neither TOML nor"),
        ("odd.json", "[provider]", "is neither TOML nor"),
        ("odd.json", "[1]", "holds no provider"),
        ("odd.json", json.dumps({"provider": {"clientSecret": LOGIN_SECRET}}), "--client-secret"),
    ],
)
def test_a_file_that_holds_no_login_is_told(
    empty: Desk, name: str, text: str | None, told: str
) -> None:
    path = empty.folder / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    said = provider(empty, *NEW, "--from", str(path), "--yes")
    assert said.status == UNUSABLE
    assert told in said.err
