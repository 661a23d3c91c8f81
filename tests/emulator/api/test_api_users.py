"""Users: made by hand or by a login, found by what is known of them, and gone when deleted."""

from typing import Any

import pytest

from hook.emulator.api import users
from hook.emulator.state import Journey, Json
from tests.support.crowd import Go
from tests.support.emulator_api import NOON, NOWHERE, Api, at_once, problem

PATH = "/v1/users"
SEARCH = "/v1/users/search"
PERSON: Json = {"given_name": "Ripeka", "address": {"street": "Queen Street", "city": "Tāmaki"}}


def provider(api: Api) -> Json:
    """The provider that the tenant starts with."""
    found: Json = api.tenant.state.providers.all()[0]
    return found


def ids(answer: Any) -> list[str]:
    return [user["id"] for user in answer.json["data"]]


def test_a_user_is_made_shown_listed_and_deleted(api: Api) -> None:
    answer = api.post(PATH, {"claims": PERSON})
    assert answer.status_code == 201
    user = answer.json
    assert user == {"id": user["id"], "claims": PERSON}
    assert api.get(f"{PATH}/{user['id']}").json == user
    assert api.get(PATH).json == {"data": [user]}
    assert api.delete(f"{PATH}/{user['id']}").status_code == 204
    assert api.get(PATH).json == {"data": []}
    assert problem(api.get(f"{PATH}/{user['id']}")) == (404, "NotFound", "id")


def test_a_user_with_a_login_is_shown_with_the_providers_url(api: Api) -> None:
    login = {"providerId": provider(api)["id"], "subjectId": "k|17"}
    user = api.made(PATH, {"authenticationProvider": login})
    assert user["authenticationProvider"] == login | {"url": "http://localhost:9000/idp"}


def test_a_user_of_a_provider_there_is_not_is_refused(api: Api) -> None:
    login = {"providerId": NOWHERE, "subjectId": "k|17"}
    answer = api.post(PATH, {"authenticationProvider": login})
    assert problem(answer) == (400, "BadRequest", "authenticationProvider.providerId")


def test_two_users_cannot_have_one_login(api: Api) -> None:
    login = {"providerId": provider(api)["id"], "subjectId": "k|17"}
    api.made(PATH, {"authenticationProvider": login})
    again = api.post(PATH, {"authenticationProvider": login})
    assert problem(again) == (400, "BadRequest", "authenticationProvider")
    api.made(PATH, {"authenticationProvider": login | {"subjectId": "k|18"}})


def test_a_put_replaces_the_claims_and_leaves_what_it_does_not_name(api: Api) -> None:
    login = {"providerId": provider(api)["id"], "subjectId": "k|17"}
    user = api.made(PATH, {"claims": PERSON, "authenticationProvider": login})
    changed = api.put(f"{PATH}/{user['id']}", {"claims": {"level": 1}})
    assert changed.json == user | {"claims": {"level": 1}}
    assert api.put(f"{PATH}/{user['id']}", {}).json == changed.json


def test_a_search_finds_by_nested_claims_and_by_login_and_all_must_fit(api: Api) -> None:
    rimu, _ = users.matched(api.tenant, provider(api), "k|17")
    users.persist(api.tenant, rimu["id"], PERSON)
    totara = api.made(PATH, {"claims": PERSON | {"level": 1}})
    by_claims = {"claims": {"given_name": "Ripeka", "address": {"street": "Queen Street"}}}
    by_login = {"authenticationProvider": {"subjectId": "k|17"}}
    assert ids(api.post(SEARCH, {})) == [rimu["id"], totara["id"]]
    assert ids(api.post(SEARCH, by_claims)) == [rimu["id"], totara["id"]]
    assert ids(api.post(SEARCH, by_login)) == [rimu["id"]]
    assert ids(api.post(SEARCH, by_claims | by_login)) == [rimu["id"]]
    assert ids(api.post(SEARCH, {"claims": {"level": 1}} | by_login)) == []
    assert ids(api.post(SEARCH, {"claims": {"address": {"street": "King Street"}}})) == []
    assert ids(api.post(SEARCH, {"claims": {"level": True}})) == []
    assert ids(api.post(SEARCH, {"claims": {"level": None}})) == []


def test_a_search_comes_in_pages(api: Api) -> None:
    made = [api.made(PATH, {"claims": {"n": n}})["id"] for n in range(3)]
    first = api.post(SEARCH, {"limit": 2})
    assert ids(first) == made[:2]
    second = api.post(SEARCH, {"limit": 2, "cursor": first.json["nextCursor"]})
    assert ids(second) == made[2:]
    assert "nextCursor" not in second.json


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"claims": "Ripeka"}, "claims"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"authenticationProvider": {"subjectId": 7}}, "authenticationProvider.subjectId"),
    ],
)
def test_a_wrong_search_is_refused(api: Api, body: Json, param: str) -> None:
    answer = api.post(SEARCH, body)
    assert problem(answer) == (400, "BadRequest", param)
    assert "value" not in answer.json["details"][0]


def test_a_login_is_matched_to_the_user_it_made(api: Api) -> None:
    rimu, existed = users.matched(api.tenant, provider(api), "k|17")
    assert not existed
    assert rimu["claims"] == {}
    assert users.matched(api.tenant, provider(api), "k|17") == (rimu, True)
    assert users.matched(api.tenant, provider(api), "k|18")[0]["id"] != rimu["id"]
    elsewhere = {"id": NOWHERE, "url": "https://login.kauri.nz"}
    assert users.matched(api.tenant, elsewhere, "k|17")[0]["id"] != rimu["id"]


def test_a_login_that_comes_many_times_at_once_makes_one_user(api: Api) -> None:
    def match(api: Api, _: int, go: Go) -> tuple[str, bool]:
        go()
        user, existed = users.matched(api.tenant, provider(api), "k|17")
        return user["id"], existed

    matched = at_once(api, 50, match)
    assert len({key for key, _ in matched}) == 1
    assert [existed for _, existed in matched].count(False) == 1


def test_stored_claims_go_beside_those_that_are_there(api: Api) -> None:
    user = users.new(api.tenant)
    users.persist(api.tenant, user["id"], {"level": 1, "name": "Ripeka"})
    users.persist(api.tenant, user["id"], {"level": 2})
    assert api.get(f"{PATH}/{user['id']}").json["claims"] == {"level": 2, "name": "Ripeka"}


def test_claims_stored_many_times_at_once_are_all_there(api: Api) -> None:
    user = users.new(api.tenant)

    def store(api: Api, number: int, go: Go) -> None:
        go()
        users.persist(api.tenant, user["id"], {str(number): number})

    at_once(api, 50, store)
    assert len(api.get(f"{PATH}/{user['id']}").json["claims"]) == 50


def test_claims_for_a_deleted_user_are_stored_nowhere(api: Api) -> None:
    user = users.new(api.tenant)
    api.delete(f"{PATH}/{user['id']}")
    users.persist(api.tenant, user["id"], {"name": "Ripeka"})
    assert api.get(PATH).json == {"data": []}


def test_what_was_issued_to_a_user_is_listed_without_its_claims(api: Api) -> None:
    user, card = users.new(api.tenant), api.tenant.state.configurations.all()[1]
    journey = Journey("j1", NOON, "pre-authorized_code", user_id=user["id"])
    journey.issued.append(
        {"configuration": card.id, "format": card.format, "claims": {"name": "Ripeka"}}
    )
    api.tenant.state.journeys.put(journey.id, journey)
    (shown,) = api.get(f"{PATH}/{user['id']}/credentials").json["data"]
    assert shown.pop("id")
    assert shown == {
        "type": "nz.kauri.student.1",
        "profile": "mobile",
        "sessionId": "j1",
        "credentialConfigurationId": card.id,
        "status": "valid",
    }
    other = users.new(api.tenant)
    assert api.get(f"{PATH}/{other['id']}/credentials").json == {"data": []}
    assert problem(api.get(f"{PATH}/{NOWHERE}/credentials")) == (404, "NotFound", "id")
