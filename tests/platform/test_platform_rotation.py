"""A change of the shared secret: where it stands, told by fingerprints, and the next step."""

from dataclasses import asdict
from pathlib import Path

import pytest

from hook.platform.rotation import Standing, standing, told
from hook.platform.secrets import fingerprint
from hook.tenant import Place

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))


def file(name: str, secret: bytes | None) -> Place:
    return Place(file=Path(name), secret=secret)


def stands(key: bytes | None, *secrets: bytes | None, session: int | None = 1200) -> Standing:
    places = [file(f"{number}.secret", secret) for number, secret in enumerate(secrets)]
    return standing(key, places, session)


@pytest.mark.parametrize(
    ("key", "secrets", "step", "works"),
    [
        (None, [None], "apply", False),
        (None, [OLD], "apply", False),
        (OLD, [None], "keep", False),
        (OLD, [OLD], "add", True),
        (OLD, [None, OLD], "renew", True),
        (NEW, [None, OLD], "keep", False),
        (NEW, [NEW, OLD], "remove", True),
        (NEW, [NEW, NEW], "add", True),
        (NEW, [NEW, None], "add", True),
        (NEW, [NEW], "add", True),
        (OLD, [NEW, OLD], "", True),
        (NEW, [OLD], "add", False),
        (NEW, [OLD, OTHER], "add", False),
    ],
)
def test_what_is_there_decides_the_next_step(
    key: bytes | None, secrets: list[bytes | None], step: str, works: bool
) -> None:
    found = stands(key, *secrets)
    assert (found.next, found.works) == (step, works)
    assert found.happened.endswith(".")
    assert found.todo.endswith(".")


def test_a_whole_change_goes_from_step_to_step_and_always_works() -> None:
    steps = [stands(OLD, OLD), stands(OLD, None, OLD), stands(NEW, NEW, OLD), stands(NEW, NEW)]
    assert [step.next for step in steps] == ["add", "renew", "remove", "add"]
    assert all(step.works for step in steps)


@pytest.mark.parametrize(
    ("session", "wait"),
    [(600, "10 minutes"), (601, "11 minutes"), (7200, "2 hours"), (None, "24 hours")],
)
def test_the_previous_secret_stays_as_long_as_a_session_lasts(
    session: int | None, wait: str
) -> None:
    assert f"Wait {wait}, and one minute more: " in stands(NEW, NEW, OLD, session=session).todo


def test_the_place_to_take_out_is_named() -> None:
    assert "Take the file 1.secret out" in stands(NEW, NEW, OLD).todo


def test_who_has_what_is_told_by_fingerprint_and_never_by_the_secret() -> None:
    places = [file("a", NEW), Place(variable="KAURI_SECRET"), Place(secret=OLD)]
    assert told(NEW, places) == [
        ("the tenant", fingerprint(NEW)),
        ("the file a", fingerprint(NEW)),
        ("the variable KAURI_SECRET", "none yet"),
        ("the configuration file", fingerprint(OLD)),
    ]
    assert len(fingerprint(NEW)) == 12
    printed = str([asdict(stands(NEW, NEW, OLD)), told(NEW, places), places])
    assert [each for each in (NEW, OLD) if each.hex() in printed or repr(each) in printed] == []
