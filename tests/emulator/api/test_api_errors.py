"""Errors: JSON for programs in the documented form, a page for people."""

import pytest

from tests.support.emulator_api import NOWHERE, Api, built, problem

HOOK = "/v1/openid/configuration"


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"interactionHook": }', "\xff"])
def test_a_body_that_is_no_json_object_is_400(api: Api, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.ask("PUT", HOOK, headers=headers, data=body.encode("latin-1"))
    assert problem(answer)[:2] == (400, "BadRequest")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_kind_is_415(api: Api, kind: str) -> None:
    answer = api.ask("PUT", HOOK, headers={"Content-Type": kind}, data=b"{}")
    assert problem(answer)[:2] == (415, "UnsupportedMediaType")


def test_json_with_a_character_set_is_json(api: Api) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert api.ask("PUT", HOOK, headers=headers, data=b"{}").status_code == 200


@pytest.mark.parametrize("path", [HOOK, "/core/v1/openid/configuration"])
def test_a_verb_that_an_address_does_not_know_is_405_with_those_it_does(
    api: Api, path: str
) -> None:
    answer = api.delete(path)
    assert problem(answer)[:2] == (405, "MethodNotAllowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "PUT"}


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v2/nothing", "/core/v1/nothing", "/oauth/no", "/.well-known/openid-x"]
)
def test_an_unknown_address_of_the_api_is_404_as_json(api: Api, path: str) -> None:
    assert problem(api.get(path))[:2] == (404, "NotFound")


def test_an_unknown_address_of_the_pages_is_404_as_a_page(api: Api) -> None:
    answer = api.get("/nothing")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("prefix", ["", "/core"])
def test_where_browsers_are_sent_to_errors_are_pages(api: Api, prefix: str) -> None:
    answer = api.delete(f"{prefix}/v1/oauth/authorize")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    answer = api.delete(f"{prefix}/v1/oauth/token")
    assert (answer.status_code, answer.mimetype) == (405, "application/json")


def test_an_unknown_id_comes_back_as_documented(api: Api) -> None:
    assert api.get(f"/v1/users/{NOWHERE}").json == {
        "code": "NotFound",
        "message": "Validation Error",
        "details": [
            {
                "location": "params",
                "msg": "Resource Not Found",
                "param": "id",
                "value": NOWHERE,
            }
        ],
    }


@pytest.mark.parametrize("key", ["abc", "0d1f", "%20", NOWHERE + "0"])
def test_an_id_that_is_no_uuid_is_400(api: Api, key: str) -> None:
    answer = api.get(f"/v1/users/{key}")
    assert problem(answer) == (400, "BadRequest", "id")


def test_each_wrong_member_is_named_and_none_is_repeated(api: Api) -> None:
    typed = "http://typed-by-somebody.kauri.nz"
    answer = api.put(HOOK, {"interactionHook": {"url": typed, "claims": [typed, 7, None]}})
    assert [each["param"] for each in answer.json["details"]] == [
        "interactionHook.url",
        "interactionHook.claims[1]",
        "interactionHook.claims[2]",
    ]
    assert "typed-by-somebody" not in answer.text


def test_an_error_inside_is_500_as_json_and_says_nothing_of_itself() -> None:
    def broken() -> str:
        raise RuntimeError("kauri")

    app = built()
    app.add_url_rule("/v1/broken", view_func=broken, host="localhost:9000")
    answer = Api(app).get("/v1/broken")
    assert problem(answer)[:2] == (500, "InternalServerError")
    assert "kauri" not in answer.text
