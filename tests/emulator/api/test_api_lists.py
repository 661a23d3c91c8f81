"""Lists in pages."""

import pytest

from tests.support.emulator_api import JSON_CARD, JSON_PATH, MOBILE_CARD, MOBILE_PATH, Api, problem

PAST = "Y3JlYXRlZEF0PTIwMjAtMDgtMjVUMDY6NDY6MDkuNTEwWiZpZD1h"
"""The cursor of the platform's own examples."""


def test_the_pages_of_a_list_have_each_thing_once(empty_api: Api) -> None:
    made = []
    for _ in range(5):
        made.append(empty_api.made(JSON_PATH, JSON_CARD)["id"])
        empty_api.made(MOBILE_PATH, MOBILE_CARD)
    seen, cursor = [], ""
    for size in (2, 2, 1):
        page = empty_api.get(f"{JSON_PATH}?limit=2&cursor={cursor}").json
        assert len(page["data"]) == size
        seen += [each["id"] for each in page["data"]]
        cursor = page.get("nextCursor", "")
    assert seen == made
    assert cursor == ""


def test_a_list_goes_on_at_its_place_when_the_last_thing_seen_was_deleted(empty_api: Api) -> None:
    made = [empty_api.made(JSON_PATH, JSON_CARD)["id"] for _ in range(3)]
    cursor = empty_api.get(f"{JSON_PATH}?limit=2").json["nextCursor"]
    empty_api.delete(f"{JSON_PATH}/{made[1]}")
    page = empty_api.get(f"{JSON_PATH}?limit=2&cursor={cursor}").json
    assert [each["id"] for each in page["data"]] == made[2:]


def test_past_the_end_there_is_nothing(empty_api: Api) -> None:
    for _ in range(2):
        empty_api.made(JSON_PATH, JSON_CARD)
    cursor = empty_api.get(f"{JSON_PATH}?limit=1").json["nextCursor"]
    for each in empty_api.get(JSON_PATH).json["data"]:
        empty_api.delete(f"{JSON_PATH}/{each['id']}")
    assert empty_api.get(f"{JSON_PATH}?cursor={cursor}").json == {"data": []}


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "2.5", "many", "", "²", "9" * 5000])
def test_a_limit_that_cannot_be_is_refused(api: Api, limit: str) -> None:
    answer = api.get(f"{JSON_PATH}?limit={limit}")
    assert problem(answer) == (400, "BadRequest", "limit")
    assert answer.json["details"][0]["location"] == "query"


@pytest.mark.parametrize("limit", ["1", "1000"])
def test_a_limit_from_1_to_1000_is_taken(api: Api, limit: str) -> None:
    assert len(api.get(f"{JSON_PATH}?limit={limit}").json["data"]) == 1


@pytest.mark.parametrize("cursor", ["abc", "a b", "ā"])
def test_a_cursor_that_is_none_is_refused(api: Api, cursor: str) -> None:
    answer = api.get(f"{JSON_PATH}?cursor={cursor}")
    assert problem(answer) == (400, "BadRequest", "cursor")
    assert answer.json["details"][0]["value"] == cursor


def test_the_cursor_of_the_platforms_examples_is_taken(api: Api) -> None:
    assert api.get(f"{JSON_PATH}?cursor={PAST}").status_code == 200
