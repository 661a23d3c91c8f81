"""What the tenant starts with."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.support.emulator_api import JSON_PATH, MOBILE_PATH, SECRET, Api

ROOT = Path(__file__).resolve().parents[3]
HOOK, PROVIDERS = "/v1/openid/configuration", "/v1/users/authentication-providers"


def test_it_starts_with_hook_provider_and_two_cards(api: Api) -> None:
    hook = api.get(HOOK).json["interactionHook"]
    assert hook["url"] == "http://localhost:8000/kauri"
    assert hook["secret"] == SECRET
    assert hook["claims"] == ["name", "email"]
    (provider,) = api.get(PROVIDERS).json["data"]
    assert (provider["url"], provider["clientId"]) == ("http://localhost:9000/idp", "tenant")
    (card,) = api.get(JSON_PATH).json["data"]
    assert (card["name"], card["type"]) == ("Student card", "StudentCard")
    (card,) = api.get(MOBILE_PATH).json["data"]
    assert card["type"] == "nz.kauri.student.1"


def test_what_it_starts_with_could_have_been_made_by_the_api(api: Api, empty_api: Api) -> None:
    for path in (JSON_PATH, MOBILE_PATH):
        (card,) = api.get(path).json["data"]
        made = empty_api.made(path, card)
        assert made | {"id": card["id"]} == card


def test_the_cards_have_all_that_the_example_hook_asks_for(api: Api) -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    (form,) = [s for s in example["tenants"]["kauri"]["steps"] if s["kind"] == "claims_form"]
    asked = {field["claim"] for field in form["fields"]} | {"name", "email"}
    (card,) = api.get(JSON_PATH).json["data"]
    assert set(card["claimMappings"]) == asked
    (card,) = api.get(MOBILE_PATH).json["data"]
    (elements,) = card["claimMappings"].values()
    assert set(elements) == asked


def test_without_a_secret_no_hook_is_configured(new_api: Callable[..., Api]) -> None:
    api = new_api(secret="")
    assert api.get(HOOK).json == {}
    assert len(api.get(PROVIDERS).json["data"]) == 1


def test_it_starts_empty_when_told_to(empty_api: Api) -> None:
    assert empty_api.get(HOOK).json == {}
    for path in (PROVIDERS, JSON_PATH, MOBILE_PATH, "/v1/users", "/v1/claim-sources"):
        assert empty_api.get(path).json == {"data": []}


def test_each_start_has_a_client_secret_of_its_own(new_api: Callable[..., Api]) -> None:
    secrets = {new_api().tenant.state.providers.all()[0]["clientSecret"] for _ in range(2)}
    assert len(secrets) == 2
