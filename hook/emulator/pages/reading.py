"""A journey as the inspector shows it: each hop in order, everything it carried decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from hook.emulator import texts
from hook.emulator.state import Hop, Journey, Json

ELSEWHERE = ("checks", "url_length")
"""What the page shows in a place of its own."""


class Part(NamedTuple):
    """One thing that a hop carried: rows of names and values, or a text."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    text: str = ""
    id: str = ""
    """Of its element, for automation."""
    is_aside: bool = False
    """Whether it is shown only on request."""


@dataclass(frozen=True)
class Leg:
    """One hop, ready to be shown."""

    title: str
    after: str
    """How long after the start of the journey."""
    url: str
    good: bool
    rows: tuple[tuple[str, str], ...]
    """What it carried in a word each."""
    parts: tuple[Part, ...]
    checks: tuple[str, ...]
    believed: bool
    """Whether it is the hook's answer, and was believed."""


def legs(journey: Journey) -> list[Leg]:
    """Read all hops."""
    named = {id(arrival_of(journey)): "arrival", id(answer_of(journey)): "answer"}
    return [_leg(journey, hop, named.get(id(hop), "")) for hop in journey.hops]


def arrival_of(journey: Journey) -> Hop | None:
    """Find the hop that last sent the browser to the hook."""
    return next((hop for hop in reversed(journey.hops) if "visit" in hop.carried), None)


def answer_of(journey: Journey) -> Hop | None:
    """Find the hop with the hook's answer: the one that was believed, else the latest."""
    answers = [hop for hop in journey.hops if "checks" in hop.carried]
    believed = [hop for hop in answers if hop.good]
    return next(reversed(believed or answers), None)


def _leg(journey: Journey, hop: Hop, name: str) -> Leg:
    carried = {key: value for key, value in hop.carried.items() if key not in ELSEWHERE}
    return Leg(
        title=hop.title,
        after=f"{max(0.0, hop.at - journey.started):.1f} s",
        url=hop.url,
        good=hop.good,
        rows=_rows({key: value for key, value in carried.items() if _is_plain(value)}),
        parts=tuple(_parts(carried, name)),
        checks=tuple(hop.carried.get("checks", ())),
        believed=name == "answer" and hop.good,
    )


def _parts(carried: Json, name: str) -> Iterator[Part]:
    for member, value in carried.items():
        title = member.replace("_", " ").capitalize()
        if _is_token(value):
            header, payload = (texts.pretty(value[part]) for part in ("header", "payload"))
            yield Part(f"{title}: payload", text=payload, id=name)
            yield Part(f"{title}: header", text=header, id=name and f"{name}-header", is_aside=True)
        elif isinstance(value, dict) and all(map(_is_plain, value.values())):
            yield Part(title, rows=_rows(value))
        elif not _is_plain(value):
            yield Part(title, text=texts.pretty(value))


def _rows(plain: Json) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value if isinstance(value, str) else texts.pretty(value))
        for name, value in plain.items()
    )


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list | tuple)


def _is_token(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"header", "payload"}
