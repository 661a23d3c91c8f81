"""handoff: sends the visitor to a peer and takes them back, with an answer that holds."""

import base64
import hashlib
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.testing.hooks import NOTICE, Clock, MakeHook
from hook.testing.tokens import (
    HEADER,
    HOOK_URL,
    NOW,
    OTHER_SECRET,
    SECRET,
    TENANT_URL,
    read_answer,
    sign,
    token,
)
from hook.testing.visitor import Seen, Values, Visitor
from hook.testing.watch import Log, rows, watched_log

PEER = "https://id.rimu.example/hook"
THIRD = base64.b64encode(hashlib.sha256(b"third").digest()).decode()
ENV, OWN = {"THIRD_SECRET": THIRD}, '["env:THIRD_SECRET"]'
SEND = '[{ arrival = "name" }, { arrival = "nick", name = "called" }]'
TAKE = """[{ claim = "document", answer = "document.number", max_bytes = 10 },
  { claim = "level", max_bytes = 4, required = false }]"""
REFUSALS = '[{ message = "no_card", code = "card_missing", text = "You have no <card>." }]'
FORM = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "birth"
title = "When were you born?"
[[tenants.kauri.steps.fields]]
claim = "born"
label = "Year"
type = "text"
"""
GOOD = {"document": {"number": "LA123456"}}
UNUSABLE = "What came back from there can’t be used"


def handoff(
    *more: str,
    name: str = "identity",
    url: str = PEER,
    secrets: str = '["env:RIMU_SECRET"]',
    send: str = SEND,
    take: str = TAKE,
    refusals: str = REFUSALS,
) -> str:
    """The TOML of a handoff."""
    options = {"secrets": secrets, "send": send, "take": take, "refusals": refusals}
    head = f'kind = "handoff"\nname = "{name}"\ntitle = "Confirm your identity"\nurl = "{url}"'
    lines = [f"{key} = {value}" for key, value in options.items()]
    text = 'text = "We take you to <b>Rimu</b> ID."'
    return "\n".join(["\n[[tenants.kauri.steps]]", head, text, *lines, *more, ""])


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


@pytest.fixture
def visitor(make_hook: MakeHook) -> Visitor:
    """Ripeka, at the page from which she goes to the peer."""
    return at_the_page(make_hook(handoff() + NOTICE))


def at_the_page(app: Flask, **changes: Any) -> Visitor:
    visitor = Visitor(app)
    assert visitor.arrive(**changes).step == "identity"
    return visitor


def go(
    visitor: Visitor, secret: str = OTHER_SECRET, values: Values | None = None
) -> dict[str, Any]:
    """Send the page's form; what stands in the token for the peer."""
    page = visitor.send(values)
    assert page.page == "leave"
    sent = read_answer(page.return_url, secret)
    visitor.get(urlsplit(sent["redirectUrl"]).path)
    return sent


def answer(sent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The payload of a good answer; a change to None leaves a member out."""
    good = {"iss": sent["aud"], "aud": sent["iss"], "iat": sent["iat"], "exp": sent["iat"] + 60}
    whole = {**good, "state": sent["state"], "claims": GOOD, "claimsToPersist": [], **changes}
    return {name: value for name, value in whole.items() if value is not None}


def signed(body: object, secret: str = OTHER_SECRET, head: object = HEADER, **how: str) -> str:
    return sign(json.dumps(head).encode(), json.dumps(body).encode(), secret, **how)


def come_back(visitor: Visitor, sent: dict[str, Any], *tokens: str, **changes: Any) -> Seen:
    """Open the return URL with these tokens; without any, with that of a changed answer."""
    query = {"session_token": list(tokens) or [signed(answer(sent, **changes))]}
    return visitor.get(urlsplit(sent["redirectUrl"]).path, query_string=query)


def buttons(visitor: Visitor) -> set[str]:
    """The names of the buttons that are seen."""
    assert visitor.seen is not None
    controls = visitor.seen.reader.controls
    return {each.get("name", "") for each in controls if each["tag"] == "button"}


def error_of(visitor: Visitor) -> str:
    """The refusal that the tenant gets; visitors read a page before it where there is one."""
    assert visitor.seen is not None
    assert visitor.seen.page == "stopped"
    (link,) = (each for each in visitor.seen.reader.links if each.endswith("leave=yes"))
    found = visitor.get(link).answer
    assert "claims" not in found
    return str(found["error"]["message"])


class TestSent:
    """What the peer is told."""

    def test_the_token_says_what_the_protocol_says_and_nothing_else(self, visitor: Visitor) -> None:
        assert visitor.seen is not None
        url = visitor.send().return_url
        sent = read_answer(url, OTHER_SECRET)
        assert url.startswith(f"{PEER}?session_token=")
        assert len(base64.urlsafe_b64decode(sent.pop("state") + "==")) == 16
        path = visitor.seen.url
        assert sent == {
            "iss": HOOK_URL,
            "aud": PEER,
            "iat": NOW,
            "exp": NOW + 600,
            "redirectUrl": f"https://hook.example.org{path}",
            "claims": {"name": "Ripeka Tamihana"},
        }

    def test_a_value_goes_under_its_name_and_nothing_that_send_does_not_name(
        self, make_hook: MakeHook
    ) -> None:
        came = {"name": "Ripeka", "email": "r@kauri.example", "nick": ["Rip", 1], "more": "x"}
        visitor = at_the_page(make_hook(handoff()), claims=came)
        assert go(visitor)["claims"] == {"name": "Ripeka", "called": ["Rip", 1]}

    def test_the_peer_may_know_this_hook_by_another_name(self, make_hook: MakeHook) -> None:
        visitor = at_the_page(make_hook(handoff('issuer = "https://old.kauri.example"')))
        sent = go(visitor)
        assert sent["iss"] == "https://old.kauri.example"
        assert come_back(visitor, sent, aud=HOOK_URL).step == "identity"
        assert come_back(visitor, sent).page == "leave"

    @pytest.mark.parametrize(
        ("timeout", "passed", "left"),
        [("1m", 0, 60), ("60m", 0, 600), ("20m", 590, 10), ("20m", 629, 1)],
    )
    def test_the_session_there_lasts_the_timeout_but_no_longer_than_here(
        self, make_hook: MakeHook, clock: Clock, timeout: str, passed: int, left: int
    ) -> None:
        visitor = at_the_page(make_hook(handoff(f'timeout = "{timeout}"')))
        clock.turn(passed)
        assert go(visitor)["exp"] == clock.now + left

    def test_states_differ_by_journey_and_by_step(self, make_hook: MakeHook) -> None:
        second = handoff(name="other", secrets=OWN, take="[]", refusals="[]")
        app = make_hook(handoff() + second, environ=ENV)
        states = []
        for number in range(3):
            visitor = at_the_page(app, state=f"journey-{number}")
            sent = go(visitor)
            come_back(visitor, sent)
            states += [sent["state"], go(visitor, THIRD)["state"]]
        assert len(set(states)) == 6

    def test_a_lost_tab_leads_back_to_the_page_and_on_to_the_same_visit(
        self, visitor: Visitor, clock: Clock
    ) -> None:
        first = go(visitor)
        clock.turn(30)
        assert visitor.arrive().step == "identity"
        visitor.reload()
        again = go(visitor)
        assert again["state"] == first["state"]
        assert again["iat"] == first["iat"] + 30
        assert come_back(visitor, first).step == "welcome"

    def test_a_new_visit_there_is_begun_only_where_an_answer_could_not_be_used(
        self, visitor: Visitor
    ) -> None:
        anew: Values = {"anew": "yes"}
        first = go(visitor)
        assert "anew" not in buttons(visitor)
        assert go(visitor, values=anew)["state"] == first["state"]
        come_back(visitor, first, exp=NOW - 30)
        assert "anew" in buttons(visitor)
        second = go(visitor, values=anew)
        assert second["state"] != first["state"]
        assert come_back(visitor, first).step == "identity"
        assert come_back(visitor, second).step == "welcome"

    def test_a_url_of_more_than_2000_characters_ends_the_journey(
        self, make_hook: MakeHook, log: Log
    ) -> None:
        app = make_hook(handoff())
        lengths = []
        for size in range(1_020, 1_200, 3):
            visitor = at_the_page(app, claims={"name": "n" * size}, state=f"n{size}")
            if visitor.send().page == "stopped":
                break
            assert visitor.seen is not None
            lengths.append(len(visitor.seen.return_url))
        assert 1_990 < lengths[-1] <= 2_000
        assert error_of(visitor) == "handoff_failed"
        assert log.reasons("step_denied") == ["token_too_long"]

    def test_the_page_shows_text_as_text_and_a_way_out(self, visitor: Visitor) -> None:
        page = visitor.seen
        assert page is not None
        assert "We take you to <b>Rimu</b> ID." in page.text
        assert "Step 1 of 2" in page.text
        assert page.reader.forms == 1
        assert visitor.cancel().answer["error"] == {"message": "user_cancelled"}


class TestTaken:
    """What a good answer does."""

    def test_the_claims_that_take_names_come_to_the_tenant_and_no_others(
        self, visitor: Visitor, log: Log
    ) -> None:
        claims = {**GOOD, "is_admin": True, "email": "x@evil.example", "level": 3}
        assert come_back(visitor, go(visitor), claims=claims).step == "welcome"
        found = visitor.send().answer
        assert found["claims"] == {"document": "LA123456", "level": 3}
        assert found["claimsToPersist"] == []
        assert log.reasons("step_done") == ["answered", "done"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": [HOOK_URL]}, {"iat": None}, {"iat": NOW + 30}, {"nbf": NOW + 30},
            {"exp": NOW - 29}, {"exp": NOW + 60.5}, {"more": {"a": [1]}},
            {"claims": {"document": {"number": "12345678"}, "level": None}},
            {"claims": {"document": {"number": "ēēēē"}, "level": ""}},
            {"claims": {"document": {"number": 1234567890}}},
            {"claims": {"document": {"number": ["a", 1]}}},
            {"claims": {"document": {"number": "a\nb"}}},
        ],
        ids=str,
    )  # fmt: skip
    def test_what_may_differ_is_accepted(self, visitor: Visitor, changes: dict[str, Any]) -> None:
        assert come_back(visitor, go(visitor), **changes).step == "welcome"

    @pytest.mark.parametrize(
        "claims",
        [
            {}, [], "LA123456", {"document": None}, {"document": "LA123456"}, {"document": {}},
            {"document.number": "LA123456"}, {"document": {"number": ""}},
            {"document": {"number": {"n": 1}}}, {"document": {"number": ["a", ["b"]]}},
            {"document": {"number": "123456789"}}, {"document": {"number": "ēēēē1"}},
            {**GOOD, "level": 12345},
            {"document": {"number": "a\x07b"}}, {"document": {"number": "a\u202eb"}},
            {"document": {"number": "a\u2028b"}}, {"document": {"number": "a\ufffeb"}},
            {"document": {"number": ["a", "\r"]}},
        ],
        ids=ascii,
    )  # fmt: skip
    def test_what_take_cannot_use_ends_the_journey(self, visitor: Visitor, claims: object) -> None:
        come_back(visitor, go(visitor), claims=claims)
        assert error_of(visitor) == "handoff_failed"

    @pytest.mark.parametrize("error", ["no_card", [], {}, {"message": ""}, {"message": 1}], ids=str)
    def test_an_error_that_says_nothing_ends_the_journey(
        self, visitor: Visitor, error: object
    ) -> None:
        come_back(visitor, go(visitor), claims=None, error=error)
        assert error_of(visitor) == "handoff_failed"

    def test_an_answer_with_neither_claims_nor_error_is_no_yes(self, make_hook: MakeHook) -> None:
        """An answer has one of both (docs/protocol.md); nothing was said here."""
        visitor = at_the_page(make_hook(handoff(take="[]") + NOTICE))
        sent = go(visitor)
        assert come_back(visitor, sent, claims=None).step != "welcome"
        twin = at_the_page(visitor.app, state="twin")
        assert come_back(twin, go(twin), claims={}).step == "welcome"

    def test_a_claim_with_html_in_it_is_text_in_a_review(self, make_hook: MakeHook) -> None:
        review = '\n[[tenants.kauri.steps]]\nkind = "review"\nname = "check"\ntitle = "Check"\n'
        visitor = at_the_page(make_hook(handoff() + review))
        page = come_back(visitor, go(visitor), claims={"document": {"number": "<i>x"}})
        assert page.step == "check"
        assert "<i>x" in page.text
        assert "<i>" not in page.html


class TestRefused:
    """What the peer's refusals become."""

    @pytest.mark.parametrize(
        ("message", "code", "text"),
        [
            ("no_card", "card_missing", "You have no <card>."),
            ("no_cards", "refused_elsewhere", "It didn’t tell us why."),
            ("completed", "refused_elsewhere", "It didn’t tell us why."),
        ],
    )
    def test_a_refusal_becomes_the_code_for_its_message_or_the_one_for_all(
        self, visitor: Visitor, message: str, code: str, text: str
    ) -> None:
        page = come_back(visitor, go(visitor), claims=None, error={"message": message})
        assert text in page.text
        assert error_of(visitor) == code

    @pytest.mark.parametrize("message", ["user_cancelled", "not_me"])
    def test_whoever_stopped_there_may_go_again_and_earlier_answers_are_void(
        self, visitor: Visitor, message: str
    ) -> None:
        first = go(visitor)
        page = come_back(visitor, first, claims=None, error={"message": message})
        assert page.step == "identity"
        assert "You stopped there." in page.text
        again = go(visitor)
        assert again["state"] != first["state"]
        assert UNUSABLE in come_back(visitor, first).text
        assert come_back(visitor, again).step == "welcome"

    def test_an_issuer_may_let_it_end_there_all_the_same(self, make_hook: MakeHook) -> None:
        own = REFUSALS.replace("no_card", "user_cancelled")
        visitor = at_the_page(make_hook(handoff(refusals=own)))
        come_back(visitor, go(visitor), claims=None, error={"message": "user_cancelled"})
        assert error_of(visitor) == "card_missing"


# fmt: off
MEMBERS: dict[str, list[dict[str, Any]]] = {
    "token_issuer": [{"iss": f"{PEER}/"}, {"iss": HOOK_URL}, {"iss": [PEER]}, {"iss": None}],
    "token_audience": [
        {"aud": f"{HOOK_URL}/"}, {"aud": TENANT_URL}, {"aud": [HOOK_URL, PEER]}, {"aud": None},
    ],
    "token_state": [
        {"state": "q3Zt0-1bXv9KfLm2Rp7sYw"}, {"state": ""}, {"state": 1}, {"state": "ā"},
        {"state": None},
    ],
    "token_expired": [{"exp": NOW - 30}],
    "token_exp_missing": [{"exp": None}],
    "token_dates": [{"exp": str(NOW + 60)}, {"exp": True}, {"iat": "now"}],
    "token_not_yet": [{"nbf": NOW + 31}, {"iat": NOW + 31}],
    "token_payload": [{"error": {"message": "no_card"}}],
}
# fmt: on


class TestUnusable:
    """What is no answer leaves the visitor at the page, and the right one still counts."""

    @pytest.mark.parametrize("reason", MEMBERS)
    def test_a_wrong_member(self, visitor: Visitor, log: Log, reason: str) -> None:
        sent = go(visitor)
        for changes in MEMBERS[reason]:
            page = come_back(visitor, sent, **changes)
            assert (page.step, UNUSABLE in page.text) == ("identity", True)
        assert log.reasons("step_stays") == [reason] * len(MEMBERS[reason])
        assert come_back(visitor, sent).step == "welcome"

    def test_a_token_that_is_not_the_peers(self, visitor: Visitor, log: Log) -> None:
        sent = go(visitor)
        right = answer(sent)
        body = json.dumps(right)
        double = f'{body[:-1]}, "state": "{sent["state"]}"}}'.encode()
        head = json.dumps(HEADER).encode()
        good = signed(right)
        bad = {
            "token_signature": [signed(right, SECRET), signed(right, THIRD), good[:-4] + "AAAA"],
            "token_algorithm": [
                signed(right, head={"alg": "none"}).rpartition(".")[0] + ".",
                signed(right, head={"alg": "HS512"}, digest="sha512"),
                signed(right, head={"alg": "hs256"}),
            ],
            "token_header": [signed(right, head={**HEADER, "crit": []}), signed(right, head=[])],
            "token_payload": [sign(head, double, OTHER_SECRET), signed([right])],
            "token_malformed": [f"{good}=", "x", f"{good}.x"],
            "token_too_long": [signed({**right, "more": "x" * 4_000})],
            "token_issuer": [signed(sent)],
        }
        for reason, tokens in bad.items():
            for each in tokens:
                assert come_back(visitor, sent, each).step == "identity"
                assert log.reasons("step_stays")[-1] == reason
        assert come_back(visitor, sent, good, good).step == "identity"
        assert come_back(visitor, sent, good).step == "welcome"

    def test_an_answer_counts_once(self, visitor: Visitor, log: Log) -> None:
        sent = go(visitor)
        come_back(visitor, sent)
        other = {"document": {"number": "OTHER"}}
        for changes in ({}, {"claims": other}, {"claims": None, "error": {"message": "no_card"}}):
            assert come_back(visitor, sent, **changes).step == "welcome"
        assert visitor.send().answer["claims"] == {"document": "LA123456"}
        assert len(log.events("step_done", step="identity")) == 1

    def test_the_answer_of_another_journey_of_the_same_person(self, visitor: Visitor) -> None:
        first = go(visitor)
        visitor.arrive(state="second")
        second = go(visitor)
        assert come_back(visitor, second, signed(answer(first))).step == "identity"
        assert come_back(visitor, second).step == "welcome"
        assert come_back(visitor, first).step == "welcome"

    def test_an_answer_in_another_browser_is_not_found_and_not_used_up(
        self, visitor: Visitor
    ) -> None:
        sent = go(visitor)
        for stranger in (Visitor(visitor.app), at_the_page(visitor.app, state="strange")):
            assert come_back(stranger, sent).reason == "journey_unknown"
        assert come_back(visitor, sent).step == "welcome"

    def test_of_two_peers_neither_can_answer_for_the_other(self, make_hook: MakeHook) -> None:
        url = "https://b.example/"
        other = handoff(name="other", url=url, secrets=OWN, take="[]", refusals="[]")
        visitor = at_the_page(make_hook(handoff() + other + NOTICE, environ=ENV))
        sent = go(visitor)
        assert come_back(visitor, sent, signed(answer(sent), THIRD)).step == "identity"
        assert come_back(visitor, sent).step == "other"
        second = go(visitor, THIRD)
        assert come_back(visitor, second, signed(answer(second))).step == "other"
        at_the_other = signed(answer(sent))
        assert come_back(visitor, second, at_the_other).step == "other"
        assert come_back(visitor, second, signed(answer(second), THIRD)).step == "welcome"

    @pytest.mark.parametrize("key", [SECRET, OTHER_SECRET], ids=["its own", "the peer's"])
    def test_a_token_of_the_tenant_is_no_answer_whoever_signed_it(
        self, visitor: Visitor, key: str
    ) -> None:
        sent = go(visitor)
        arrival = token(secret=key, state=sent["state"], claims=GOOD)
        assert come_back(visitor, sent, arrival).step == "identity"
        assert come_back(visitor, sent).step == "welcome"


class TestSecrets:
    """A secret of the peer's own, that can be changed."""

    @pytest.mark.parametrize("secret", [THIRD, OTHER_SECRET], ids=["current", "previous"])
    def test_the_current_signs_and_both_are_accepted(
        self, make_hook: MakeHook, secret: str
    ) -> None:
        rotated = handoff(secrets='["env:THIRD_SECRET", "env:RIMU_SECRET"]')
        visitor = at_the_page(make_hook(rotated + NOTICE, environ=ENV))
        sent = go(visitor, THIRD)
        assert come_back(visitor, sent, signed(answer(sent), SECRET)).step == "identity"
        assert come_back(visitor, sent, signed(answer(sent), secret)).step == "welcome"

    def test_nothing_of_tokens_claims_and_secrets_is_in_log_or_database(
        self, make_hook: MakeHook, log: Log, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        app = make_hook(handoff() + NOTICE)
        visitor = at_the_page(app, claims={"name": "Sentinel-Name"})
        sent = go(visitor)
        tokens = [signed(answer(sent, exp=1)), signed(answer(sent, state="Sentinel-State"))]
        for each in tokens:
            come_back(visitor, sent, each)
        kept = str(rows(app))
        come_back(visitor, sent, claims={**GOOD, "level": "Sentinel-Level"})
        stopped = error_of(visitor)
        assert stopped == "handoff_failed"
        kept += caplog.text + str(rows(app))
        for private in ("Sentinel", sent["state"], "LA123456", OTHER_SECRET, *tokens):
            assert private not in kept
            assert private not in log
        assert len(log.events("step_stays")) == 2

    def test_the_answer_in_the_return_url_is_told_to_no_further_request(
        self, visitor: Visitor
    ) -> None:
        """As with an arrival: else the style sheet of an error page is asked for with it."""
        sent = go(visitor)
        path = f"{urlsplit(sent['redirectUrl']).path}?session_token={signed(answer(sent))}"
        for browser, status in ((Visitor(visitor.app).browser, 404), (visitor.browser, 303)):
            response = browser.get(path, base_url=visitor.origin)
            assert response.status_code == status
            assert response.headers["Referrer-Policy"] == "no-referrer"


class TestAway:
    """What may happen while the visitor is away."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"Sec-Fetch-Dest": "iframe"},
        ],
        ids=str,
    )
    def test_what_no_visitor_opened_changes_nothing(
        self, visitor: Visitor, headers: dict[str, str]
    ) -> None:
        sent = go(visitor)
        before = rows(visitor.app)
        assert visitor.seen is not None
        url = f"{visitor.seen.url}?session_token={signed(answer(sent))}"
        assert visitor.browser.head(url, base_url=visitor.origin).status_code == 200
        assert visitor.get(url, headers=headers).status == 403
        assert rows(visitor.app) == before
        assert come_back(visitor, sent).step == "welcome"

    def test_a_link_of_a_stranger_leaves_the_journey_as_it_is(self, visitor: Visitor) -> None:
        sent = go(visitor)
        assert visitor.seen is not None
        path, many = visitor.seen.url, "&".join(f"a{number}=1" for number in range(500))
        given = "x", "=", "&", "session_token", "session_token=", "Session_token=a.b.c", "error=no"
        more = "session_token[]=a", "reason=user_cancelled", "_back=yes", "state=%00", many
        for query in given + more:
            assert visitor.get(f"{path}?{query}").step == "identity"
            assert go(visitor)["state"] == sent["state"]
        assert come_back(visitor, sent).step == "welcome"

    @pytest.mark.parametrize(("passed", "status"), [(629, 200), (630, 410)])
    def test_the_deadline_holds_while_the_visitor_is_away(
        self, visitor: Visitor, clock: Clock, passed: int, status: int
    ) -> None:
        sent = go(visitor)
        clock.turn(passed)
        page = come_back(visitor, sent, exp=clock.now + 60)
        assert (page.status, page.step) == (status, "welcome" if status == 200 else "")

    def test_whoever_cancelled_meanwhile_has_cancelled(self, visitor: Visitor, log: Log) -> None:
        sent = go(visitor)
        visitor.cancel()
        page = come_back(visitor, sent)
        assert page.answer["error"] == {"message": "user_cancelled"}
        assert [line["outcome"] for line in log.events("journey_ended")] == ["user_cancelled"]


def with_a_form(make_hook: MakeHook, year: str) -> Visitor:
    """A visitor who typed this year, and stands at the handoff, which sends it."""
    visitor = Visitor(make_hook(FORM + handoff(send='[{ claim = "born" }]') + NOTICE))
    visitor.arrive()
    assert visitor.send({"born": year}).step == "identity"
    return visitor


def type_again(visitor: Visitor, year: str) -> Seen:
    """Go back to the form, and send it with this year."""
    assert visitor.seen is not None
    visitor.get(visitor.seen.url.rpartition("/")[0] + "/birth")
    return visitor.send({"born": year})


class TestChanged:
    """The peer's word is about the claims that it was given."""

    def test_when_a_claim_that_is_sent_changes_it_is_asked_again(self, make_hook: MakeHook) -> None:
        visitor = with_a_form(make_hook, "1990")
        first = go(visitor)
        assert first["claims"] == {"born": "1990"}
        assert come_back(visitor, first).step == "welcome"
        assert type_again(visitor, "1990").step == "welcome"
        assert type_again(visitor, "2015").step == "identity"
        assert come_back(visitor, first).step == "identity"
        second = go(visitor)
        assert second["claims"] == {"born": "2015"}
        assert come_back(visitor, second).step == "welcome"

    def test_an_answer_about_claims_that_were_changed_meanwhile_is_not_taken(
        self, make_hook: MakeHook
    ) -> None:
        visitor = with_a_form(make_hook, "1990")
        first = go(visitor)
        assert type_again(visitor, "2015").step == "identity"
        assert come_back(visitor, first).step == "identity"
        assert come_back(visitor, go(visitor)).step == "welcome"

    def test_an_answer_about_claims_that_are_the_same_is_taken(self, make_hook: MakeHook) -> None:
        visitor = with_a_form(make_hook, "1990")
        first = go(visitor)
        assert type_again(visitor, "1990").step == "identity"
        assert come_back(visitor, first).step == "welcome"


class TestConfigured:
    """What would not work, or would not hold, is told at the start."""

    @pytest.mark.parametrize(
        ("flow", "key", "words"),
        [
            (handoff(url="http://id.rimu.example/"), ".url", "must start with https://"),
            (handoff(url=f"{PEER}#a"), ".url", "must not hold a fragment"),
            (handoff(secrets="[]"), ".secrets", "give at least one"),
            (handoff(secrets='["env:NONE"]'), ".secrets[0]", "NONE is not set"),
            (handoff(secrets='["env:HOOK_VAULT_KEY"]'), ".secrets[0]", "url-safe base64"),
            (handoff(secrets='["env:KAURI_SECRET"]'), ".secrets", "used already"),
            (handoff(send='[{ name = "x" }]'), ".send[0]", "use one of arrival and claim"),
            (handoff(send='[{ claim = "born" }]') + FORM, "", "no step before this one writes"),
            (handoff(take='[{ claim = "a" }]'), ".take[0].max_bytes", "this is missing"),
            (handoff(refusals=REFUSALS.replace("card_missing", "not_me")), ".refusals[0].code",
             "this code has a meaning of its own"),
            (handoff('timeout = "61m"'), ".timeout", 'use a time from "1m" to "60m"'),
            (handoff(take=TAKE.replace('"level"', '"document"')), "", "document"),
            (handoff(take=TAKE.replace('"level"', '"document.level"')), "", "document"),
            (handoff(url=HOOK_URL), "", ""),
            (handoff(f'issuer = "{PEER}"'), "", ""),
        ],
        ids=range(15),
    )  # fmt: skip
    def test_a_mistake_is_told_in_a_sentence_with_its_key(
        self, make_hook: MakeHook, flow: str, key: str, words: str
    ) -> None:
        """The last two would make the token for the peer its own answer."""
        with pytest.raises(ConfigError) as caught:
            make_hook(flow)
        (mistake,) = caught.value.mistakes
        assert mistake.key.startswith(f"tenants.kauri.steps[0]{key}")
        assert words in str(mistake)
        assert OTHER_SECRET not in str(mistake)
        make_hook(handoff())
