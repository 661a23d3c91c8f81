"""A shelf: in order, bounded, and each method one act."""

from hook.emulator.shelf import Shelf
from tests.support.crowd import Go
from tests.support.emulator_api import at_once


def filled(*keys: str, most: int = 1000) -> Shelf[str]:
    shelf: Shelf[str] = Shelf(most)
    for key in keys:
        shelf.put(key, key.upper())
    return shelf


def test_the_oldest_thing_goes_first() -> None:
    shelf = filled("rimu", "kauri", "totara", most=2)
    assert shelf.all() == ["KAURI", "TOTARA"]
    assert shelf.put_new("miro", "MIRO")
    assert shelf.all() == ["TOTARA", "MIRO"]


def test_a_thing_put_in_the_place_of_another_stays_there() -> None:
    shelf = filled("rimu", "kauri")
    shelf.put("rimu", "R")
    shelf.change("rimu", str.lower)
    assert shelf.all() == ["r", "KAURI"]
    assert shelf.page(1) == (["r"], 1)


def test_a_taken_id_is_left_alone() -> None:
    shelf = filled("rimu")
    assert not shelf.put_new("rimu", "R")
    assert shelf.get("rimu") == "RIMU"


def test_a_thing_is_taken_only_if_it_is_the_one() -> None:
    shelf = filled("rimu")
    assert shelf.take("rimu", lambda thing: thing == "KAURI") is None
    assert shelf.take("rimu", lambda thing: thing == "RIMU") == "RIMU"
    assert shelf.take("rimu") is None


def test_a_change_gives_what_was_there_and_none_removes_it() -> None:
    shelf = filled("rimu")
    assert shelf.change("rimu", str.title) == "RIMU"
    assert shelf.change("rimu", lambda _: None) == "Rimu"
    assert shelf.change("rimu", str.title) is None
    assert shelf.all() == []


def test_the_newest_thing_is_found() -> None:
    shelf = filled("rimu", "kauri", "miro")
    assert shelf.find(lambda thing: "I" in thing) == "MIRO"
    assert shelf.find_or_put(lambda thing: "I" in thing, "x", "X") == ("MIRO", True)
    assert shelf.find_or_put(lambda thing: "Z" in thing, "x", "X") == ("X", False)


def test_pages_pass_over_what_is_not_meant() -> None:
    shelf = filled("rimu", "kauri", "miro", "totara")
    assert shelf.page(2) == (["RIMU", "KAURI"], 2)
    assert shelf.page(2, 2) == (["MIRO", "TOTARA"], 0)
    assert shelf.page(1, 0, lambda thing: "O" in thing) == (["MIRO"], 3)
    assert shelf.page(1, 3, lambda thing: "O" in thing) == (["TOTARA"], 0)


def test_a_cleared_shelf_is_empty() -> None:
    shelf = filled("rimu")
    shelf.clear()
    assert shelf.all() == []


def test_of_many_who_take_one_thing_at_once_one_gets_it() -> None:
    def take(shelf: Shelf[str], _: int, go: Go) -> str | None:
        go()
        return shelf.take("rimu")

    taken = at_once(filled("rimu"), 50, take)
    assert [thing for thing in taken if thing] == ["RIMU"]


def test_of_many_who_put_under_one_new_id_at_once_one_does() -> None:
    def put(shelf: Shelf[str], number: int, go: Go) -> bool:
        go()
        return shelf.put_new("rimu", str(number))

    assert at_once(filled(), 50, put).count(True) == 1


def test_changes_at_once_all_count() -> None:
    def add(shelf: Shelf[str], _: int, go: Go) -> None:
        go()
        shelf.change("rimu", lambda text: text + "!")

    shelf = filled("rimu")
    at_once(shelf, 50, add)
    assert shelf.get("rimu") == "RIMU" + "!" * 50
