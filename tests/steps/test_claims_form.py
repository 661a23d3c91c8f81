"""claims_form: what is asked, what is written, what is said when it does not fit."""

import re
from typing import Any, ClassVar

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.hooks import PROFILE, MakeHook
from hook.testing.html import Html
from hook.testing.tokens import TENANT_URL
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import rows

RIPEKA = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    "{{ config }}",
    "{% raw %}",
    "&lt;b&gt;&amp;",
)


def form(*fields: str, head: str = "") -> str:
    """A flow of one form with these fields, each "claim type" and further options."""
    step = ('kind = "claims_form"', 'name = "form"', 'title = "About you"', head)
    return "\n".join(("[[tenants.kauri.steps]]", *step, *fields, ""))


def field(claim: str, type_: str = "text", *options: str) -> str:
    """One field, labelled with its claim in capitals."""
    if type_ in ("select", "radio", "checkboxes"):
        options = ('choices = ["red", { value = "blue", label = "Ultramarine" }]', *options)
    if type_ in ("text", "textarea", "email", "url") and "max_length" not in str(options):
        options = ("max_length = 40", *options)
    lines = (f'claim = "{claim}"', f'label = "{claim.upper()}"', f'type = "{type_}"', *options)
    return "\n".join(("[[tenants.kauri.steps.fields]]", *lines))


def send(app: Flask, values: Values, **changes: Any) -> Seen:
    """Arrive with Ripeka's claims and send a form."""
    visitor = Visitor(app)
    assert visitor.arrive(**changes).step == "form"
    return visitor.send(values)


def control(page: Seen, name: str) -> dict[str, str]:
    """The one control of a field."""
    (found,) = [c for c in page.reader.controls if c.get("name") == name]
    return found


def test_every_type_becomes_a_claim_of_its_json_type(make_hook: MakeHook) -> None:
    types = ("text", "textarea", "email", "tel", "url", "number", "date")
    fields = [field(f"a_{type_}", type_) for type_ in types]
    choices = [field(f"a_{type_}", type_) for type_ in ("select", "radio", "checkboxes", "boolean")]
    sent: Values = {
        "a_text": "Aroha",
        "a_textarea": "one\r\ntwo",
        "a_email": "aroha@kauri.example",
        "a_tel": "+64 21 123 456",
        "a_url": "https://kauri.example/a",
        "a_number": "12.5",
        "a_date": "1999-12-31",
        "a_select": "blue",
        "a_radio": "red",
        "a_checkboxes": ["blue", "red"],
        "a_boolean": "yes",
    }
    assert send(make_hook(form(*fields, *choices)), sent).answer["claims"] == {
        **sent,
        "a_textarea": "one\ntwo",
        "a_tel": "+6421123456",
        "a_number": 12.5,
        "a_checkboxes": ["red", "blue"],
        "a_boolean": True,
    }


def test_what_is_not_filled_in_is_no_claim(make_hook: MakeHook) -> None:
    fields = [field(f"a_{t}", t) for t in ("text", "number", "date", "select", "checkboxes")]
    app = make_hook(form(*fields, field("tick", "boolean")))
    blank: Values = {"a_text": " ", "a_number": "", "a_date": "", "a_select": ""}
    assert send(app, blank).answer["claims"] == {"tick": False}


def test_send_empty_sends_an_empty_text_instead(make_hook: MakeHook) -> None:
    app = make_hook(form(field("left"), field("emptied", "text", "send_empty = true")))
    assert send(app, {"left": "", "emptied": ""}).answer["claims"] == {"emptied": ""}


def test_nested_targets_become_nested_claims(make_hook: MakeHook) -> None:
    fields = (field("address.postal_code"), field("address.geo.island"), field("plain"))
    sent: Values = {"address.postal_code": "6011", "address.geo.island": "North", "plain": "x"}
    assert send(make_hook(form(*fields)), sent).answer["claims"] == {
        "address": {"postal_code": "6011", "geo": {"island": "North"}},
        "plain": "x",
    }


@pytest.mark.parametrize(("second", "fits"), [("b.a", True), ("a.b", False), ("a", False)])
def test_a_claim_is_written_once_and_not_inside_another(
    make_hook: MakeHook, second: str, fits: bool
) -> None:
    text = form(field("a"), field(second))
    if fits:
        assert send(make_hook(text), {"a": "1", second: "2"}).page == "leave"
        return
    with pytest.raises(ConfigError):
        make_hook(text)


@pytest.mark.parametrize(("second", "fits"), [("b.a", True), ("a.b", False), ("a", False)])
def test_two_forms_do_not_write_one_claim(make_hook: MakeHook, second: str, fits: bool) -> None:
    text = form(field("a")) + form(field(second)).replace('"form"', '"more"')
    if fits:
        assert make_hook(text)
        return
    with pytest.raises(ConfigError, match="written already"):
        make_hook(text)


def test_only_configured_fields_are_taken(make_hook: MakeHook) -> None:
    """Mass assignment: what else is in the form, in any spelling, is left alone."""
    sent: Values = {
        "address.city": "Wellington",
        "address": "x",
        "address[city]": "x",
        "address.country": "x",
        "email": "mere@kauri.example",
        "sub": "x",
        "__class__": "x",
        "claimsToPersist": "email",
        "ADDRESS.CITY": "x",
    }
    answer = send(make_hook(form(field("address.city"))), sent).answer
    assert answer["claims"] == {"address": {"city": "Wellington"}}
    assert answer["claimsToPersist"] == []


def test_claims_in_the_url_are_not_taken(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(form(field("colour"), field("size"))))
    page = visitor.arrive()
    visitor.get(f"{page.url}?colour=red")
    seen = visitor.send({"size": "s"}, path=f"{page.url}?colour=red")
    assert seen.answer["claims"] == {"size": "s"}


def test_no_claim_may_be_persisted_unless_the_tenant_lists_it(make_hook: MakeHook) -> None:
    app = make_hook('persist = ["colour", "size"]\n' + form(field("colour"), field("size")))
    assert send(app, {"colour": "red"}).answer["claimsToPersist"] == ["colour"]


class TestPrefill:
    """from_arrival fills a field in beforehand; the visitor may change it."""

    @pytest.mark.parametrize(
        ("type_", "claim", "shown"),
        [
            ("text", "Aroha", "Aroha"),
            ("email", "aroha@kauri.example", "aroha@kauri.example"),
            ("number", 12, "12"),
            ("date", "1999-12-31", "1999-12-31"),
            ("text", {"a": 1}, ""),
            ("text", None, ""),
        ],
    )
    def test_a_control_has_the_arrival_claim(
        self, make_hook: MakeHook, type_: str, claim: object, shown: str
    ) -> None:
        app = make_hook(form(field("mine", type_, 'from_arrival = "given.theirs"')))
        page = Visitor(app).arrive(claims={**RIPEKA, "given": {"theirs": claim}})
        assert control(page, "mine")["value"] == shown

    def test_what_is_sent_counts_and_not_the_arrival_claim(self, make_hook: MakeHook) -> None:
        app = make_hook(form(field("mine", "text", 'from_arrival = "name"')))
        assert send(app, {"mine": "Ripeka T."}).answer["claims"] == {"mine": "Ripeka T."}
        assert send(app, {"mine": ""}, state="emptied").answer["claims"] == {}

    @pytest.mark.parametrize(
        ("type_", "claim", "marked"),
        [
            ("radio", "blue", ["blue"]),
            ("radio", "green", []),
            ("checkboxes", ["blue", "red"], ["red", "blue"]),
            ("checkboxes", ["blue", 5], ["blue"]),
            ("boolean", True, ["yes"]),
            ("boolean", False, []),
        ],
    )
    def test_choices_are_marked(
        self, make_hook: MakeHook, type_: str, claim: object, marked: list[str]
    ) -> None:
        app = make_hook(form(field("mine", type_, 'from_arrival = "theirs"')))
        page = Visitor(app).arrive(claims={**RIPEKA, "theirs": claim})
        assert [c["value"] for c in page.reader.controls if "checked" in c] == marked

    def test_the_option_of_a_select_is_chosen(self, make_hook: MakeHook) -> None:
        app = make_hook(form(field("mine", "select", 'from_arrival = "theirs"')))
        page = Visitor(app).arrive(claims={**RIPEKA, "theirs": "blue"})
        options = Html(page.html).all("option")
        assert [o["value"] for o in options if "selected" in o] == ["blue"]

    def test_a_field_without_from_arrival_is_empty(self, make_hook: MakeHook) -> None:
        page = Visitor(make_hook(form(field("name")))).arrive()
        assert control(page, "name")["value"] == ""

    @pytest.mark.parametrize("probe", XSS)
    def test_an_arrival_claim_is_escaped(self, make_hook: MakeHook, probe: str) -> None:
        shown = field("shown", "text", 'from_arrival = "theirs"', "editable = false")
        app = make_hook(form(field("mine", "text", 'from_arrival = "theirs"'), shown))
        page = Visitor(app).arrive(claims={**RIPEKA, "theirs": probe, "name": probe})
        assert control(page, "mine")["value"] == probe
        assert not Html(page.html).all("script", "img", "svg")
        assert "".join(Html(page.html).texts).count(probe) == 2, "as a name and as a text"


class TestNotEditable:
    """editable = false shows an arrival claim and writes nothing."""

    SHOWN = field("shown", "text", 'from_arrival = "name"', "editable = false")

    def test_it_is_text_and_no_control(self, make_hook: MakeHook) -> None:
        page = Visitor(make_hook(form(self.SHOWN, field("asked")))).arrive()
        assert "Ripeka Tamihana" in page.html[page.html.index("<dl") :]
        assert [c.get("name") for c in page.reader.controls] == ["asked", None]

    def test_it_writes_nothing_even_if_it_is_sent(self, make_hook: MakeHook) -> None:
        sent: Values = {"shown": "Somebody Else", "asked": "x"}
        assert send(make_hook(form(self.SHOWN, field("asked"))), sent).answer["claims"] == {
            "asked": "x"
        }
        editable = self.SHOWN.replace("editable = false", "editable = true")
        assert send(make_hook(form(editable)), sent, state="twin").answer["claims"] == {
            "shown": "Somebody Else"
        }

    def test_it_is_never_in_the_way(self, make_hook: MakeHook) -> None:
        required = self.SHOWN + "\nrequired = true"
        assert send(make_hook(form(required)), {}, claims={"email": "a@b.example"}).page == "leave"


class TestAsk:
    """ask = "if_missing" leaves out what the arrival says already."""

    FIELDS = (field("given_name"), field("city", "text", 'from_arrival = "address.city"'))

    @pytest.mark.parametrize(
        ("claims", "asked"),
        [
            ({}, ["given_name", "city"]),
            ({"given_name": "Ripeka"}, ["city"]),
            ({"given_name": ""}, ["given_name", "city"]),
            ({"given_name": None}, ["given_name", "city"]),
            ({"given_name": False}, ["city"]),
            ({"given_name": 0}, ["city"]),
            ({"address": {"city": "Wellington"}}, ["given_name"]),
            ({"address": {"city": ""}}, ["given_name", "city"]),
            ({"address": "Wellington"}, ["given_name", "city"]),
        ],
    )
    def test_fields_with_an_arrival_claim_are_left_out(
        self, make_hook: MakeHook, claims: dict[str, object], asked: list[str]
    ) -> None:
        app = make_hook(form(*self.FIELDS, head='ask = "if_missing"'))
        page = Visitor(app).arrive(claims={**RIPEKA, **claims})
        assert [c["name"] for c in page.reader.controls if "name" in c] == asked

    @pytest.mark.parametrize(("ask", "page"), [("if_missing", "leave"), ("always", "")])
    def test_with_nothing_missing_the_step_is_left_out(
        self, make_hook: MakeHook, ask: str, page: str
    ) -> None:
        app = make_hook(form(*self.FIELDS, head=f'ask = "{ask}"'))
        claims = {**RIPEKA, "given_name": "Ripeka", "address": {"city": "Wellington"}}
        seen = Visitor(app).arrive(claims=claims)
        assert seen.page == page
        assert not page or seen.answer["claims"] == {}

    def test_a_field_that_is_not_asked_is_not_taken(self, make_hook: MakeHook) -> None:
        app = make_hook(form(*self.FIELDS, head='ask = "if_missing"'))
        sent: Values = {"given_name": "Somebody", "city": "Wellington"}
        answer = send(app, sent, claims={**RIPEKA, "given_name": "Ripeka"}).answer
        assert answer["claims"] == {"city": "Wellington"}

    def test_a_required_field_that_is_not_asked_is_not_missing(self, make_hook: MakeHook) -> None:
        required = tuple(text + "\nrequired = true" for text in self.FIELDS)
        app = make_hook(form(*required, head='ask = "if_missing"'))
        claims = {**RIPEKA, "given_name": "Ripeka"}
        assert send(app, {"city": "Wellington"}, claims=claims).page == "leave"
        assert send(app, {"city": ""}, claims=claims, state="twin").status == 422


class TestErrors:
    """What does not fit is told beside the field and in a summary; what was typed is kept."""

    FIELDS = (
        field("city", "text", "required = true", 'hint = "Where you live."'),
        field("age", "number", "min = 16"),
        field("colour", "radio", "required = true"),
        field("agree", "boolean", "required = true"),
    )
    BAD: ClassVar[Values] = {"age": "15"}

    def test_all_errors_are_told_at_once_with_links_to_the_fields(
        self, make_hook: MakeHook
    ) -> None:
        page = send(make_hook(form(*self.FIELDS)), self.BAD)
        html = Html(page.html)
        targets = [link["href"] for link in html.all("a") if link["href"].startswith("#")]
        assert page.status == 422
        assert targets == ["#city", "#age", "#colour", "#agree"]
        assert {target[1:] for target in targets} <= set(html.ids)
        assert {f"{target[1:]}-error" for target in targets} <= set(html.ids)
        assert page.html.count('role="alert"') == 1
        assert "<title>Error: About you" in page.html

    def test_errors_name_their_field_in_the_summary(self, make_hook: MakeHook) -> None:
        page = send(make_hook(form(*self.FIELDS)), self.BAD)
        for sentence in ("CITY: Fill this in.", "AGE: Use 16 or more.", "AGREE: Tick this"):
            assert sentence in page.text

    def test_a_wrong_control_is_described_by_its_hint_and_its_error(
        self, make_hook: MakeHook
    ) -> None:
        app = make_hook(form(*self.FIELDS))
        assert control(Visitor(app).arrive(state="fresh"), "city")["aria-describedby"] == (
            "city-hint"
        )
        city = control(send(app, self.BAD), "city")
        assert city["aria-describedby"] == "city-hint city-error"
        assert city["aria-invalid"] == "true"

    def test_the_right_fields_have_no_error(self, make_hook: MakeHook) -> None:
        sent: Values = {"city": "Wellington", "age": "15", "colour": "red", "agree": "yes"}
        page = send(make_hook(form(*self.FIELDS)), sent)
        assert [i for i in Html(page.html).ids if i.endswith("-error")] == ["age-error"]

    def test_after_an_error_the_corrected_form_goes_on(self, make_hook: MakeHook) -> None:
        visitor = Visitor(make_hook(form(*self.FIELDS)))
        visitor.arrive()
        visitor.send(self.BAD)
        sent: Values = {"city": "Wellington", "age": "16", "colour": "red", "agree": "yes"}
        assert visitor.send(sent).answer["claims"] == {**sent, "age": 16, "agree": True}

    def test_what_was_typed_is_kept_exactly(self, make_hook: MakeHook) -> None:
        types = ("text", "textarea", "select", "radio", "checkboxes", "boolean", "date")
        app = make_hook(form(*(field(f"a_{t}", t) for t in types), field("bad", "number")))
        sent: Values = {
            "a_text": "  two  spaces ",
            "a_textarea": "\nfirst line empty",
            "a_select": "blue",
            "a_radio": "blue",
            "a_checkboxes": ["blue"],
            "a_boolean": "yes",
            "a_date": "not a date",
            "bad": "12,5",
        }
        page = send(app, sent)
        assert page.status == 422
        assert control(page, "a_text")["value"] == "  two  spaces "
        assert control(page, "a_date")["value"] == "not a date"
        assert control(page, "bad")["value"] == "12,5"
        # HTML drops one line break at the start of a textarea; the second one is the visitor's.
        assert ">\n\nfirst line empty</textarea>" in page.html
        chosen = [c["value"] for c in page.reader.controls if "checked" in c]
        assert chosen == ["blue", "blue", "yes"]
        options = Html(page.html).all("option")
        assert [o["value"] for o in options if "selected" in o] == ["blue"]

    def test_what_was_emptied_stays_empty(self, make_hook: MakeHook) -> None:
        mine = field("mine", "text", 'from_arrival = "name"', "required = true")
        tick = field("tick", "boolean", 'from_arrival = "tick"')
        page = send(make_hook(form(mine, tick)), {"mine": ""}, claims={**RIPEKA, "tick": True})
        assert control(page, "mine")["value"] == ""
        assert "checked" not in control(page, "tick")

    def test_what_was_typed_is_not_stored_before_it_is_right(self, make_hook: MakeHook) -> None:
        app = make_hook(form(*self.FIELDS))
        visitor = Visitor(app)
        visitor.arrive()
        before = rows(app)
        visitor.send(self.BAD)
        assert rows(app) == before
        assert control(visitor.reload(), "age")["value"] == ""

    @pytest.mark.parametrize("probe", XSS)
    @pytest.mark.parametrize("type_", ["text", "textarea", "email", "date", "number", "tel", "url"])
    def test_what_was_typed_is_escaped(self, make_hook: MakeHook, type_: str, probe: str) -> None:
        page = send(
            make_hook(form(field("mine", type_), field("x", "number"))), {"mine": probe, "x": "bad"}
        )
        html = Html(page.html)
        assert page.status == 422
        assert not html.all("script", "img", "svg")
        assert not [name for _, e, _ in html.elements for name in e if name.startswith("on")]
        if type_ == "textarea":
            assert probe in "".join(html.texts)
        else:
            assert control(page, "mine")["value"] == probe

    @pytest.mark.parametrize("type_", ["select", "radio", "checkboxes", "boolean"])
    def test_a_choice_that_is_none_is_not_shown_at_all(
        self, make_hook: MakeHook, type_: str
    ) -> None:
        page = send(make_hook(form(field("mine", type_))), {"mine": XSS[0]})
        assert page.status == 422
        assert "alert(1)" not in page.html

    @pytest.mark.parametrize("probe", XSS)
    def test_what_the_issuer_writes_is_text(self, make_hook: MakeHook, probe: str) -> None:
        text = (
            PROFILE.replace('"Pronouns"', f"'''{probe}'''")
            .replace('"About you"', f"'''{probe}'''")
            .replace('"she/her"', f"'''{probe}'''")
            + f"hint = '''{probe}'''\n"
        )
        page = Visitor(make_hook(text)).arrive()
        assert not Html(page.html).all("script", "img", "svg")
        texts = "".join(Html(page.html).texts)
        assert texts.count(probe) == 5, "title, heading, label, choice and hint"

    @pytest.mark.parametrize(
        "sent",
        [b"mine=%00", b"mine=a%00b", b"mine=%E2%80%AEab", b"mine=a%0Db", b"mine=a%0Ab",
         b"mine=%EF%BF%BD"],
    )  # fmt: skip
    def test_bytes_that_are_no_text_are_refused_at_the_field(
        self, make_hook: MakeHook, sent: bytes
    ) -> None:
        app = make_hook(form(field("mine")))
        assert self._post(app, sent).status == 422
        assert self._post(app, b"mine=ab", state="twin").page == "leave"

    @pytest.mark.parametrize("sent", [b"%ED%A0%80", b"%FF", b"%C0%80"])
    def test_bytes_that_are_no_utf_8_stay_visible(self, make_hook: MakeHook, sent: bytes) -> None:
        answer = self._post(make_hook(form(field("mine"))), b"mine=" + sent).answer
        assert answer["claims"] == {"mine": sent.decode("ascii")}

    def test_a_body_that_is_no_text_at_all_is_refused(self, make_hook: MakeHook) -> None:
        app = make_hook(form(field("mine")))
        assert self._post(app, b"mine=\xff").reason == "form_expired"
        assert self._post(app, b"mine=\xc4\x81", state="twin").answer["claims"] == {"mine": "ā"}

    @staticmethod
    def _post(app: Flask, body: bytes, **changes: Any) -> Seen:
        """Send these bytes, as no browser would."""
        visitor = Visitor(app)
        page = visitor.arrive(**changes)
        response = visitor.browser.post(
            page.url,
            data=f"_csrf={page.reader.hidden['_csrf']}&".encode() + body,
            base_url=visitor.origin,
            content_type="application/x-www-form-urlencoded",
            follow_redirects=True,
        )
        return Seen(response, response.request.path)

    @pytest.mark.parametrize("type_", ["text", "select", "radio", "boolean", "date"])
    def test_a_single_value_sent_twice_is_refused(self, make_hook: MakeHook, type_: str) -> None:
        good = {"boolean": "yes", "date": "1999-12-31"}.get(type_, "red")
        app = make_hook(form(field("mine", type_)))
        assert send(app, {"mine": [good, good]}).status == 422
        assert send(app, {"mine": [good]}, state="twin").page == "leave"


class TestRoom:
    """An answer is never longer than its URL may be, and nothing of it is ever cut."""

    FIELDS = (field("a", "text", "max_length = 100"), field("b", "text", "max_length = 100"))

    @staticmethod
    def _callback(length: int) -> str:
        return f"{TENANT_URL}/".ljust(length, "c")

    def test_values_too_long_for_the_url_are_refused_at_the_longest_field(
        self, make_hook: MakeHook
    ) -> None:
        app = make_hook(form(*self.FIELDS))
        sent: Values = {"a": "a" * 30, "b": "b" * 100}
        page = send(app, sent, redirectUrl=self._callback(1_500))
        assert page.status == 422
        assert [i for i in Html(page.html).ids if i.endswith("-error")] == ["b-error"]
        assert "Shorten this by about" in page.text
        assert control(page, "b")["value"] == "b" * 100
        twin = send(app, sent, redirectUrl=self._callback(1_000), state="twin-of-the-same-length")
        assert twin.answer["claims"] == sent

    @pytest.mark.parametrize("letter", ["a", "ā", "日", "🌿", '"'])
    def test_shortened_as_told_it_fits(self, make_hook: MakeHook, letter: str) -> None:
        visitor = Visitor(make_hook(form(self.FIELDS[0])))
        visitor.arrive(redirectUrl=self._callback(1_580))
        fits = 100 - self._over(visitor.send({"a": letter * 100}))
        assert fits > 0
        answer = visitor.send({"a": letter * fits}).answer
        assert answer["claims"] == {"a": letter * fits}

    @pytest.mark.parametrize("path", [1_560, 1_561, 1_562, 1_563])
    def test_it_fits_to_the_last_byte(self, make_hook: MakeHook, path: int) -> None:
        visitor = Visitor(make_hook(form(self.FIELDS[0])))
        visitor.arrive(redirectUrl=self._callback(path))
        fits = 100 - self._over(visitor.send({"a": "a" * 100}))
        assert self._over(visitor.send({"a": "a" * (fits + 1)})) == 1
        seen = visitor.send({"a": "a" * fits})
        assert seen.answer["claims"] == {"a": "a" * fits}
        assert 1_997 <= len(seen.return_url) <= 2_000

    @staticmethod
    def _over(page: Seen) -> int:
        """By how many characters the page says that an answer is too long."""
        (said,) = set(re.findall(r"Shorten this by about (\d+) characters", page.text))
        return int(said)

    def test_a_later_step_keeps_its_room(self, make_hook: MakeHook) -> None:
        """What the first form takes must leave the second one what it may need at most."""
        second = form(field("c", "select")).replace('"form"', '"second"')
        app = make_hook(form(self.FIELDS[0]) + second)
        visitor = Visitor(app)
        visitor.arrive(redirectUrl=self._callback(1_560))
        length = 100 - self._over(visitor.send({"a": "a" * 100}))
        assert visitor.send({"a": "a" * length}).step == "second"
        answer = visitor.send({"c": "blue"}).answer
        assert answer["claims"] == {"a": "a" * length, "c": "blue"}


def test_the_controls_carry_what_helps_to_fill_them_in(make_hook: MakeHook) -> None:
    app = make_hook(
        form(
            field("mail", "email", 'autocomplete = "email"', "required = true"),
            field("born", "date", 'max = "today"', "min = 1900-01-01", 'autocomplete = "bday"'),
            field("count", "number"),
        )
    )
    page = Visitor(app).arrive()
    mail, born = control(page, "mail"), control(page, "born")
    assert (mail["type"], mail["autocomplete"], "required" in mail) == ("email", "email", True)
    assert (born["type"], born["autocomplete"], "required" in born) == ("date", "bday", False)
    assert (born["min"], born["max"]) == ("1900-01-01", "2026-11-19")
    assert control(page, "count")["inputmode"] == "decimal"
    assert "(optional)" in page.text


def test_the_intro_stands_above_the_fields(make_hook: MakeHook) -> None:
    app = make_hook(form(field("a"), head='intro = "For your <card>."'))
    assert "For your <card>." in Visitor(app).arrive().text


def test_a_required_boolean_must_be_ticked(make_hook: MakeHook) -> None:
    app = make_hook(form(field("agree", "boolean", "required = true")))
    page = send(app, {})
    assert page.status == 422
    assert "Tick this to go on." in page.text
    assert send(app, {"agree": "yes"}, state="twin").answer["claims"] == {"agree": True}


def test_a_form_has_one_to_thirty_fields(make_hook: MakeHook) -> None:
    fields = [field(f"f{n}", "boolean") for n in range(31)]
    assert make_hook(form(*fields[:30]))
    for wrong in ([], fields):
        with pytest.raises(ConfigError) as refused:
            make_hook(form(*wrong))
        assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].fields"
