"""review: what was said is read once more, in words, before it counts."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.example import Example
from hook.testing.hooks import NOTICE, TOTP, Clock, MakeHook
from hook.testing.html import Html
from hook.testing.page_contract import StepContract
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, watched_log
from tests.support.factors import code, key_on
from tests.support.steps import Silent, block

HERE = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}
PERSIST = 'persist = ["pronouns", "nick"]\n'
_states = itertools.count()


class TestContract(StepContract):
    @pytest.fixture
    def example(self) -> Example:
        return Example(
            kind="review",
            options='arrival = [{ claim = "name", label = "Name" }]',
            good={},
            bad={"shown": "something else"},
        )


def review(*options: str, name: str = "review") -> str:
    head = ("[[tenants.kauri.steps]]", 'kind = "review"', f'name = "{name}"')
    return "\n".join(("", *head, 'title = "Check your answers"', *options, ""))


def form(name: str, *fields: str, options: str = "") -> str:
    """The TOML of a form; a field is `claim type`, and options after a semicolon."""
    head = f'\n[[tenants.kauri.steps]]\nkind = "claims_form"\nname = "{name}"\n'
    text = f'{head}title = "About {name}"\n{options}\n'
    for field in fields:
        plain, _, more = field.partition(";")
        claim, kind = plain.split()
        lines = (f'claim = "{claim}"', f'label = "The {claim}"', f'type = "{kind}"', more)
        text += "\n".join(("[[tenants.kauri.steps.fields]]", *lines, ""))
    return text


def shown_from(claim: str, label: str) -> str:
    return f'{{ claim = "{claim}", label = "{label}" }}'


PET = form("one", "pet text; max_length = 20")
NAME = form("two", "name text; max_length = 20")
CAT: Values = {"pet": "cat"}
DOG: Values = {"pet": "dog"}
IF_DOG = 'when = { claim = "pet", equals = "dog" }'
CHOICES = 'choices = [{ value = "f", label = "She & her" }, { value = "m", label = "He" }]'


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def come(app: Flask, *sent: Values, **claims: Any) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive(claims={**HERE, **claims}, state=f"review-{next(_states)}")
    for values in sent:
        visitor.send(values)
    return visitor


def seen(visitor: Visitor) -> Seen:
    assert visitor.seen is not None
    return visitor.seen


def lines(page: Seen) -> list[tuple[str, str]]:
    """What the page lists: labels with what stands beside them."""
    assert page.step == "review"
    words = [" ".join(each.split()) for each in _texts(page.html)]
    return list(zip(words[::2], words[1::2], strict=True))


def _texts(html: str) -> list[str]:
    """The texts of the list, tag by tag."""
    found: list[str] = []

    class Reader(Html):
        def handle_data(self, data: str) -> None:
            if self._open and self._open[-1] in ("dt", "dd"):
                found.append(data)

    Reader(html)
    return found


def changes(page: Seen) -> list[str]:
    return [link for link in page.reader.links if not link.startswith(("/", "#"))]


def change(visitor: Visitor, link: str, values: Values) -> Seen:
    """Follow a link “Change”, and send the form with other values."""
    assert link in changes(seen(visitor))
    page = visitor.get(seen(visitor).url.rpartition("/")[0] + f"/{link}")
    assert page.step == link
    return visitor.send(values)


# What it shows


@pytest.mark.parametrize(
    ("field", "sent", "text"),
    [
        ("it text", "cat", "cat"),
        ("it select;" + CHOICES, "f", "She & her"),
        ("it radio;" + CHOICES, "m", "He"),
        ("it checkboxes;" + CHOICES, ["m", "f"], "She & her, He"),
        ("it boolean", "yes", "Yes"),
        ("it boolean", "", "No"),
        ("it number", "0", "0"),
        ("it number", "12.50", "12.5"),
        ("it number", "0.00005", "0.00005"),
        ("it date", "2008-01-31", "2008-01-31"),
        ("it text", "<b>cat</b>", "<b>cat</b>"),
        ("it text", "{{7*7}}", "{{7*7}}"),
        ("it text; send_empty = true", "", "–"),
    ],
)
def test_claims_are_shown_in_the_words_of_their_form(
    make_hook: MakeHook, field: str, sent: str | list[str], text: str
) -> None:
    visitor = come(make_hook(form("one", field) + review()), {"it": sent})
    page = seen(visitor)
    assert lines(page) == [("The it", text)]
    assert "<b>" not in page.html


def test_every_form_is_a_part_with_its_title_and_a_way_back(make_hook: MakeHook) -> None:
    page = seen(come(make_hook(PET + NAME + review()), CAT, {"name": ""}))
    assert lines(page) == [("The pet", "cat"), ("Nothing filled in", "–")]
    assert changes(page) == ["one", "two"]
    assert "About one" in page.text
    assert "Change About two" in page.text


def test_a_form_that_was_not_asked_is_not_shown(make_hook: MakeHook) -> None:
    more = form("two", "name text", options=IF_DOG)
    app = make_hook(PET + more + review())
    assert changes(seen(come(app, CAT))) == ["one"]
    assert changes(seen(come(app, DOG, {"name": "Rex"}))) == ["one", "two"]


def test_a_field_that_is_only_shown_is_no_answer(make_hook: MakeHook) -> None:
    fixed = 'name text; from_arrival = "name"\neditable = false'
    visitor = come(make_hook(form("one", "pet text", fixed) + review()), CAT)
    assert lines(seen(visitor)) == [("The pet", "cat")]


def test_claims_of_other_steps_are_shown_and_cannot_be_changed(make_hook: MakeHook) -> None:
    page = seen(come(make_hook(block(Silent, "silent") + NOTICE + review()), {}))
    assert lines(page) == [("Looked up", "found")]
    assert changes(page) == []
    assert "Welcome" not in page.text


def test_what_later_steps_write_is_not_shown(make_hook: MakeHook) -> None:
    visitor = come(make_hook(PET + review() + NAME), CAT)
    assert lines(seen(visitor)) == [("The pet", "cat")]
    assert visitor.send().step == "two"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ripeka", "Ripeka"),
        ("<b>Ripeka</b>", "<b>Ripeka</b>"),
        (["a", "b"], "a, b"),
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        (17, "17"),
    ],
    ids=["text", "html", "list", "true", "false", "nought", "number"],
)
def test_arrival_claims_stand_first_and_cannot_be_changed(
    make_hook: MakeHook, value: Any, text: str
) -> None:
    option = f"arrival = [{shown_from('status', 'Your status')}]"
    page = seen(come(make_hook(PET + review(option)), CAT, status=value))
    assert lines(page) == [("Your status", text), ("The pet", "cat")]
    assert changes(page) == ["one"]
    assert "<b>" not in page.html


@pytest.mark.parametrize("more", [{}, {"status": None}, {"status": ""}], ids=["none", "null", "ø"])
def test_an_arrival_claim_that_is_missing_is_left_out(
    make_hook: MakeHook, more: dict[str, Any]
) -> None:
    option = f"arrival = [{shown_from('status', 'Your status')}]"
    page = seen(come(make_hook(PET + review(option)), CAT, **more))
    assert lines(page) == [("The pet", "cat")]
    assert "From your login" not in page.text


def test_two_arrival_claims_may_have_the_same_label(make_hook: MakeHook) -> None:
    option = f"arrival = [{shown_from('home', 'Phone')}, {shown_from('work', 'Phone')}]"
    page = seen(come(make_hook(PET + review(option)), CAT, home="111", work="222"))
    assert lines(page)[:2] == [("Phone", "111"), ("Phone", "222")]


def test_an_arrival_claim_inside_another_is_found(make_hook: MakeHook) -> None:
    option = f"arrival = [{shown_from('address.city', 'City')}]"
    page = seen(come(make_hook(review(option)), address={"city": "Ōtautahi"}))
    assert lines(page) == [("City", "Ōtautahi")]


def test_its_words_can_be_chosen(make_hook: MakeHook) -> None:
    options = ('text = "Read <it>."', 'arrival_title = "Known"', f"arrival = [{_NAME}]")
    page = seen(come(make_hook(review(*options))))
    assert "Read <it>." in page.text
    assert "Known" in page.text
    assert "<it>" not in page.html


_NAME = shown_from("name", "Name")


@pytest.mark.parametrize(
    "option", [f"arrival = [{_NAME[:-1]}, more = 1 }}]", 'arrival = ["name"]', 'text = ""']
)
def test_what_it_does_not_understand_is_refused(make_hook: MakeHook, option: str) -> None:
    assert make_hook(review(f"arrival = [{_NAME}]"))
    with pytest.raises(ConfigError):
        make_hook(review(option))


# The way back to a form, and here again


def test_change_leads_to_the_form_as_it_was_sent_and_here_again(make_hook: MakeHook) -> None:
    visitor = come(make_hook(PET + NAME + review()), CAT, {"name": "Tama"})
    page = change(visitor, "one", DOG)
    assert lines(page) == [("The pet", "dog"), ("The name", "Tama")]
    assert visitor.send().answer["claims"] == {"pet": "dog", "name": "Tama"}


def test_change_shows_what_was_sent_and_not_what_was_once_left_there(make_hook: MakeHook) -> None:
    visitor = come(make_hook(PET + NAME + review()), CAT, {"name": "Tama"})
    journey = seen(visitor).url.rpartition("/")[0]
    visitor.get(f"{journey}/two")
    visitor.send({"name": "Mere", "_back": "yes"})
    page = visitor.send(CAT)
    told = dict(lines(page)) if page.step == "review" else {"The name": "Mere"}
    assert f'value="{told["The name"]}"' in visitor.get(f"{journey}/two").html


def test_what_opens_by_a_change_comes_first_and_what_closes_is_gone(make_hook: MakeHook) -> None:
    visitor = come(make_hook(PET + form("two", "name text", options=IF_DOG) + review()), CAT)
    assert change(visitor, "one", DOG).step == "two"
    assert lines(visitor.send({"name": "Rex"})) == [("The pet", "dog"), ("The name", "Rex")]
    page = change(visitor, "one", CAT)
    assert lines(page) == [("The pet", "cat")]
    assert changes(page) == ["one"]
    assert visitor.send().answer["claims"] == CAT


def test_a_second_factor_between_stays_given(make_hook: MakeHook, clock: Clock) -> None:
    visitor = come(make_hook(PET + TOTP + review()), CAT)
    visitor.send({"code": code(key_on(seen(visitor)), clock.now)})
    assert lines(change(visitor, "one", DOG)) == [("The pet", "dog")]


@pytest.mark.parametrize(("then", "step"), [(DOG, "two"), (CAT, "review")])
def test_confirmed_it_asks_again_only_if_something_changed(
    make_hook: MakeHook, then: Values, step: str
) -> None:
    visitor = come(make_hook(PET + review() + NAME), DOG, {})
    assert seen(visitor).step == "two"
    visitor.get(seen(visitor).url.rpartition("/")[0] + "/one")
    assert visitor.send(then).step == step


# The confirmation


def test_it_takes_the_confirmation_of_what_it_showed_only(make_hook: MakeHook, log: Log) -> None:
    visitor = come(make_hook(PET + review()), CAT)
    old = Visitor(visitor.app, visitor.browser)
    old.seen = visitor.seen
    change(visitor, "one", DOG)
    page = old.send()
    assert (page.status, lines(page)) == (422, [("The pet", "dog")])
    assert "Something changed since you opened this page" in page.text
    assert log.reasons("step_stays") == ["changed_meanwhile"]
    assert old.send().answer["claims"] == DOG


def test_what_was_changed_and_changed_back_is_what_it_showed(make_hook: MakeHook) -> None:
    visitor = come(make_hook(PET + review()), CAT)
    old = Visitor(visitor.app, visitor.browser)
    old.seen = visitor.seen
    change(visitor, "one", DOG)
    change(visitor, "one", CAT)
    assert old.send().answer["claims"] == CAT


@pytest.mark.parametrize("sent", [{"shown": ""}, {"shown": "0" * 64}, {"shown": ["a", "b"]}])
def test_no_other_confirmation_is_taken(make_hook: MakeHook, sent: Values) -> None:
    visitor = come(make_hook(PET + review()), CAT)
    assert visitor.send(sent).status == 422
    assert visitor.send().answer["claims"] == CAT


# Over two journeys: what was said once is not asked again

PROFILE = form(
    "profile",
    "pronouns select;" + CHOICES,
    "nick text; max_length = 20",
    options='ask = "if_missing"',
)


def next_claims(page: Seen) -> dict[str, Any]:
    """What the platform sends along the next time."""
    answer = page.answer
    return {name: answer["claims"][name] for name in answer["claimsToPersist"]}


def persisting(make_hook: MakeHook) -> Flask:
    return make_hook(PERSIST + PROFILE + review(f"arrival = [{shown_from('nick', 'Nick')}]"))


def test_what_was_persisted_is_not_asked_again(make_hook: MakeHook) -> None:
    app = persisting(make_hook)
    first = come(app, {"pronouns": "f", "nick": "Rip"})
    assert lines(seen(first)) == [("The pronouns", "She & her"), ("The nick", "Rip")]
    kept = next_claims(first.send())
    assert kept == {"pronouns": "f", "nick": "Rip"}
    second = come(app, **kept)
    assert lines(seen(second)) == [("Nick", "Rip")]
    assert changes(seen(second)) == []
    assert second.send().answer["claims"] == {}


def test_what_was_left_empty_is_asked_the_next_time_alone(make_hook: MakeHook) -> None:
    app = persisting(make_hook)
    first = come(app, {"pronouns": "f", "nick": "Rip"})
    change(first, "profile", {"pronouns": "f", "nick": ""})
    kept = next_claims(first.send())
    assert kept == {"pronouns": "f"}
    second = come(app, **kept)
    names = {each.get("name", "") for each in seen(second).reader.controls}
    assert (seen(second).step, names & {"pronouns", "nick"}) == ("profile", {"nick"})
    second.send({"nick": "Rip", "pronouns": "m"})
    assert second.send().answer["claims"] == {"nick": "Rip"}
