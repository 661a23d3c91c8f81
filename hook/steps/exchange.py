"""What is sent to another system, and what is taken of its answer: common to lookup and handoff."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from hook.claims import overlap, pick
from hook.refusals import Stopped
from hook.steps.base import Deny, Step, Visit
from hook.steps.fields import ClaimPath, Filled
from hook.steps.options import Code, StepOptions, matching
from hook.strict_json import write
from hook.texts import is_odd, visible

TODO = "Go back to your wallet. If you think this is wrong, ask the organisation."


class SentClaim(StepOptions):
    """One value that is sent: of the arrival, or of an earlier step."""

    arrival: ClaimPath | None = None
    """Arrival claim whose value is sent."""
    claim: ClaimPath | None = None
    """Claim of an earlier step whose value is sent."""
    name: Annotated[str, matching(r"[A-Za-z][\w:.-]{0,60}", "use a short name")] | None = None
    """What it is called there; default: the path of the claim."""

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.arrival is None) is (self.claim is None):
            raise ValueError("use one of arrival and claim")
        return self

    @property
    def called(self) -> str:
        """What it is called there."""
        return self.name or self.arrival or self.claim or ""


class TakenClaim(StepOptions):
    """One value that is taken of the answer."""

    claim: ClaimPath
    """Claim that is written."""
    answer: ClaimPath | None = None
    """Where its value stands in the answer, by dotted path; default: the same path."""
    max_bytes: Annotated[int, Field(ge=1, le=1500)]
    """The most bytes of its JSON; with a longer value the answer cannot be used."""
    required: bool = True
    """Without it the answer cannot be used."""


class Refusal(StepOptions):
    """One word with which the other side refuses, and what becomes of it here."""

    message: Annotated[str, Field(min_length=1, max_length=100)]
    """What stands in error.message of its answer."""
    code: Code
    """What the tenant gets as error.message."""
    text: Filled
    """What visitors read: what happened, in a sentence or two."""
    todo: Filled = TODO
    """What they can do."""


def _names_once(sent: tuple[SentClaim, ...]) -> tuple[SentClaim, ...]:
    _once([each.called for each in sent], "two values have the name")
    return sent


def _claims_once(taken: tuple[TakenClaim, ...]) -> tuple[TakenClaim, ...]:
    for number, each in enumerate(taken):
        if any(overlap(each.claim, other.claim) for other in taken[:number]):
            raise ValueError(f"two values become the claim {each.claim}, or one inside the other")
    return taken


def _words_once(refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    _once([each.message for each in refusals], "two refusals have the message")
    words = {(each.code, each.text, each.todo) for each in refusals}
    _once(sorted(code for code, _, _ in words), "two texts go with the code")
    return refusals


def _once(names: list[str], problem: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ValueError(f"{problem} {name}")


SentClaims = Annotated[tuple[SentClaim, ...], AfterValidator(_names_once)]
TakenClaims = Annotated[tuple[TakenClaim, ...], AfterValidator(_claims_once)]
Refusals = Annotated[tuple[Refusal, ...], AfterValidator(_words_once)]


class Exchange(Step):
    """A step that sends claims to another system, and takes some of its answer."""

    def reads(self) -> frozenset[str]:
        """Name the arrival claims that are sent."""
        return frozenset(each.arrival for each in self.options.send if each.arrival)

    def uses(self) -> frozenset[str]:
        """Name the claims that are sent."""
        return super().uses().union(each.claim for each in self.options.send if each.claim)

    def sends(self) -> Mapping[str, frozenset[str]]:
        """Name the claims that are sent, by where to."""
        claims = frozenset(each.arrival or each.claim or "" for each in self.options.send)
        return {self.options.url: claims}

    def writes(self) -> Mapping[str, int]:
        """Name the claims that are taken."""
        return {each.claim: each.max_bytes for each in self.options.take}

    def denies(self) -> Mapping[str, Stopped]:
        """Name the codes of its refusals."""
        refusals: tuple[Refusal, ...] = self.options.refusals
        return {each.code: Stopped(self.title, each.text, each.todo) for each in refusals}


class Unfit(Exception):
    """An answer cannot be used; the text is a reason code."""


def collect(sent: Iterable[SentClaim], visit: Visit) -> dict[str, Any]:
    """Give what is sent, by its name there; what is missing or empty is left out."""
    found = {
        each.called: pick(visit.arrival, each.arrival)
        if each.arrival
        else visit.claims.get(each.claim or "")
        for each in sent
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def take(taken: Iterable[TakenClaim], answer: Mapping[str, Any], room: int) -> dict[str, Any]:
    """Give the claims that an answer has, of those that are configured; raises Unfit."""
    claims: dict[str, Any] = {}
    for each in taken:
        value = pick(answer, each.answer or each.claim)
        if not _is_plain(value) or not _says_something(value):
            if each.required:
                raise Unfit("claim_missing")
            continue
        if len(write(value)) > each.max_bytes:
            raise Unfit("claim_too_long")
        claims[each.claim] = value
    if sum(len(write(value)) for value in claims.values()) > room:
        raise Unfit("claim_too_long")
    return claims


def refused(refusals: Iterable[Refusal], message: str) -> Deny:
    """Give the refusal that a message of the other side means here."""
    codes = (each.code for each in refusals if each.message == message)
    code = next(codes, None)
    return Deny(code) if code else Deny("refused_elsewhere", why="refusal_unlisted")


def message_of(answer: Mapping[str, Any]) -> str | None:
    """Give the error.message of an answer; None where it has no error. Raises Unfit."""
    if answer.get("error") is None:
        return None
    message = pick(answer, "error.message")
    if not isinstance(message, str) or not message:
        raise Unfit("error_malformed")
    return message


def _says_something(value: Any) -> bool:
    return bool(visible(value)) if isinstance(value, str) else bool(value != [])


def _is_plain(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    texts = [item for item in items if isinstance(item, str)]
    plain = all(isinstance(item, str | int | float | bool) for item in items)
    return plain and not any(is_odd(text, allowed="\n") for text in texts)
