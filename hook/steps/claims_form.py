"""claims_form: asks for a few more claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hook.claims import overlap, pick
from hook.steps.base import (
    Claims,
    Done,
    Form,
    Need,
    Outcome,
    Page,
    Stay,
    Step,
    Visit,
)
from hook.steps.fields import Choice, FieldOptions, earliest_day, latest_day, most_bytes
from hook.steps.options import StepOptions
from hook.steps.values import FieldError, Value, characters, parse
from hook.steps.words import Line, text_of
from hook.strict_json import write


class ClaimsFormOptions(StepOptions):
    """The options of a claims form."""

    intro: str = ""
    """A sentence above the fields."""
    ask: Literal["always", "if_missing"] = "always"
    """"if_missing" leaves out fields whose arrival claim has a value; with none left, the step."""
    fields: Annotated[tuple[FieldOptions, ...], Field(min_length=1, max_length=30)]
    """The fields, in order."""

    @model_validator(mode="after")
    def _claims_differ(self) -> Self:
        claims = [field.claim for field in self.fields if field.editable]
        for number, claim in enumerate(claims):
            if any(overlap(claim, other) for other in claims[:number]):
                raise ValueError(f"two fields write the claim {claim}, or one inside the other")
        return self


@dataclass(frozen=True)
class FieldView:
    """A field as the template shows it; `sent` is what stands in it, as texts."""

    name: str
    type: str
    label: str
    hint: str
    required: bool
    editable: bool
    autocomplete: str
    choices: tuple[Choice, ...]
    earliest: str
    latest: str
    sent: tuple[str, ...]


class ClaimsForm(Step):
    """Show the fields, judge what was typed, write the claims."""

    kind = "claims_form"
    options_model = ClaimsFormOptions
    revisable = True
    movable = True

    def reads(self) -> frozenset[str]:
        """Name the claims that fill fields in, or tell that a field need not be asked."""
        sources = {field.from_arrival for field in self.options.fields if field.from_arrival}
        if self.options.ask == "if_missing":
            sources |= {_source(field) for field in self.options.fields}
        return frozenset(sources)

    def __init__(self, name: str, title: str, options: ClaimsFormOptions) -> None:
        super().__init__(name, title, options)
        fields = [field for field in options.fields if field.editable]
        self._writes = {field.claim: most_bytes(field) for field in fields}

    def writes(self) -> Mapping[str, int]:
        """Name the claims of the fields."""
        return self._writes

    def lasts(self) -> int:
        """Give a quarter of a minute more for each field."""
        return super().lasts() + 15 * len(self.options.fields)

    def applies(self, visit: Visit) -> Need:
        """Ask always, or only when a field has no arrival claim."""
        if self.options.ask == "always":
            return Need(True, "always")
        missing = any(field.editable for field in self._asked(visit))
        return Need(missing, "claims_missing" if missing else "nothing_missing")

    def show(self, visit: Visit) -> Page:
        """Give the page with the fields, filled in from the arrival where configured."""
        was_sent = visit.outcomes.get(self.name) == Done().reason
        views = [_view(field, visit, was_sent) for field in self._asked(visit)]
        values = {
            "intro": self.options.intro,
            "fields": views,
            "labels": {view.name: view.label for view in views},
        }
        return Page("steps/claims_form.html", values)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Judge every field; all errors are told at once."""
        claims: dict[str, Value] = {}
        errors: dict[str, str] = {}
        for field in self._asked(visit):
            if not field.editable:
                continue
            try:
                value = parse(field, form.all(field.claim), visit.now)
            except FieldError as error:
                errors[field.claim] = str(error)
                continue
            if value is not None or field.send_empty:
                claims[field.claim] = "" if value is None else value
        errors = errors or _too_long(claims, visit.room)
        return Stay(errors, reason="invalid") if errors else Done(claims)

    def describe(self, claims: Claims) -> tuple[Line, ...]:
        """Say what was filled in, with the labels that the visitor saw."""
        fields = [field for field in self.options.fields if field.editable]
        return tuple(
            Line(field.label, _in_words(field, claims[field.claim]))
            for field in fields
            if field.claim in claims
        )

    def _asked(self, visit: Visit) -> list[FieldOptions]:
        fields: tuple[FieldOptions, ...] = self.options.fields
        if self.options.ask == "always":
            return list(fields)
        return [
            field
            for field in fields
            if not field.editable or pick(visit.arrival, _source(field)) in (None, "")
        ]


def _in_words(field: FieldOptions, value: object) -> str:
    labels = {choice.value: choice.label for choice in field.choices}
    if isinstance(value, list):
        return ", ".join(labels.get(str(each), str(each)) for each in value)
    return labels.get(str(value), text_of(value))


def _source(field: FieldOptions) -> str:
    return field.from_arrival or field.claim


def _view(field: FieldOptions, visit: Visit, was_sent: bool) -> FieldView:
    earliest, latest = earliest_day(field, visit.now), latest_day(field, visit.now)
    return FieldView(
        name=field.claim,
        type=field.type,
        label=field.label,
        hint=field.hint,
        required=field.required,
        editable=field.editable,
        autocomplete=field.autocomplete,
        choices=field.choices,
        earliest=earliest.isoformat() if earliest else "",
        latest=latest.isoformat() if latest else "",
        sent=_prefill(field, visit, was_sent),
    )


def _prefill(field: FieldOptions, visit: Visit, was_sent: bool) -> tuple[str, ...]:
    # Whoever comes back finds what they had said.
    if field.editable and was_sent:
        return _as_sent(visit.claims.get(field.claim))
    return _as_sent(pick(visit.arrival, field.from_arrival) if field.from_arrival else None)


def _as_sent(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case bool():
            return ("yes",) if value else ()
        case list():
            return tuple(item for item in value if isinstance(item, str))
        case str() | int() | float():
            return (text_of(value),)
        case _:
            return ()


def _too_long(claims: Mapping[str, Value], room: int) -> dict[str, str]:
    """Find the field to shorten when the answer would not fit into the URL."""
    sizes = {claim: len(write(value)) for claim, value in claims.items()}
    over = sum(sizes.values()) - room
    if over <= 0 or not sizes:
        return {}
    longest = max(sizes, key=lambda claim: sizes[claim])
    count = characters(over, str(claims[longest]), sizes[longest])
    return {longest: f"Shorten this by about {count} characters: all answers are too long."}
