"""Whatever a hook does, the kit stops by itself, and asks nobody else."""

import socket
import time
from threading import Event

import pytest

from hook.conformance.answer import Answer
from hook.conformance.answers import dates as dates_of
from hook.conformance.answers import lifetime
from hook.conformance.answers import now as now_of
from hook.conformance.browser import HOPS_MOST, Browser
from hook.conformance.budget import Budget
from hook.conformance.checks import Verdict
from hook.conformance.given import Unusable
from hook.conformance.walking import PAGES_MOST
from hook.conformance.wire import BODY_MOST, USER_AGENT, Asked
from tests.calls.servers import Api, Script, raw, silent, slow
from tests.conformance.careless import CarelessHook
from tests.conformance.careless_tokens import TENANT, sign
from tests.conformance.kit import Pages, Reply, came, named, report_of, run_of, verdicts

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def endless(client: socket.socket, ended: Event) -> None:
    """Send a page that does not end."""
    client.sendall(HEAD + b"\r\n")
    while not ended.is_set():
        client.sendall(b"x" * 65_536)


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (silent, "no answer within 0.3 seconds"),
        (slow(b"HTTP/1.1 200 OK\r\nX: ", b"x"), "no answer within 0.3 seconds"),
        (slow(HEAD + b"Content-Length: 999999\r\n\r\n", b"x"), "no answer within 0.3 seconds"),
        (endless, f"a page of more than {BODY_MOST:,} bytes"),
        (raw(b"220 mail.example.org ESMTP\r\n"), "something that is not HTTP"),
        (raw(b""), "the connection was closed before an answer came"),
    ],
    ids=["silent", "slow head", "slow body", "endless body", "not HTTP", "hangs up"],
)
def test_a_hook_that_gives_no_answer_is_told_as_that(script: Script, what: str) -> None:
    each = 30 if script is endless else 0.3
    with Api(script) as hook, pytest.raises(Unusable) as told:
        report_of(run_of(hook.url, Budget(60, each=each)))
    assert what in str(told.value)
    assert hook.visits == 1


def test_a_hook_that_nobody_serves_is_told_as_that() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unusable, match="nothing answers at this address"):
        report_of(run_of(f"http://localhost:{port}/hook"))


def test_a_hang_at_a_bad_token_fails_that_check_alone() -> None:
    with CarelessHook("hangs-at-expired") as hook:
        report = report_of(run_of(hook.url, Budget(600, each=2)), "expired", "wrong-audience")
        hook.wake()
    assert verdicts(report)["expired"] is Verdict.FAILED
    assert came(report, "expired") == "no answer within 2 seconds"
    assert verdicts(report)["wrong-audience"] is Verdict.PASSED


def test_redirects_without_an_end_are_followed_so_far_and_no_further() -> None:
    with Pages(lambda *_: (302, "", {"Location": "/hook/on"})) as hook:
        report = report_of(run_of(hook.url), "good-token")
    assert came(report, "good-token") == "redirects without an end"
    assert len(hook.requests) == HOPS_MOST + 1


def test_pages_that_load_each_other_are_followed_so_far_and_no_further() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        return 200, "", {"Refresh": f"0; url={path}x"}

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "good-token")
    assert verdicts(report)["good-token"] is Verdict.FAILED
    assert len(hook.requests) == HOPS_MOST + 1


def test_a_page_that_loads_itself_again_is_a_page() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        return (303, "", {"Location": "/on"}) if path == "/hook" else (200, "", {"Refresh": "0"})

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "good-token")
    assert verdicts(report)["good-token"] is Verdict.PASSED
    assert len(hook.requests) == 2


@pytest.mark.parametrize(("seconds", "verdict"), [(1_200, "passed"), (0, "failed")])
def test_a_page_that_gives_up_after_a_while_is_a_page(seconds: int, verdict: str) -> None:
    refresh = {"Refresh": f"{seconds}; url=https://kauri.example/over"}
    with Pages(lambda *_: (200, "", refresh)) as hook:
        report = report_of(run_of(hook.url), "good-token")
    assert verdicts(report)["good-token"] == verdict


def test_a_journey_of_ever_new_pages_ends_by_itself() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        number = path.count("n")
        form = f'<form method="post" action="{path}n"><button>Go</button></form>'
        return 200, f"<title>Page {number}</title>{form}", {}

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "answer-arrives")
    assert verdicts(report)["answer-arrives"] is Verdict.NOT_JUDGED
    assert f"it was page {PAGES_MOST}" in came(report, "answer-arrives")
    assert len(hook.requests) < 2 * PAGES_MOST


@pytest.mark.parametrize("way", ["Location", "Refresh"])
def test_another_site_is_never_asked(way: str) -> None:
    with Pages(lambda *_: (200, "", {})) as stranger:
        status = 302 if way == "Location" else 200
        there = stranger.url if way == "Location" else f"0; url={stranger.url}"
        with Pages(lambda *_: (status, "", {way: there})) as hook:
            report = report_of(run_of(hook.url), "good-token")
    assert came(report, "good-token") == "the browser was sent to another site"
    assert stranger.requests == []


def test_a_form_that_leads_to_another_site_is_not_sent() -> None:
    with Pages(lambda *_: (200, "", {})) as stranger:
        form = f'<title>Pay</title><form method="post" action="{stranger.url}"><input name="iban">'
        with Pages(lambda *_: (200, form, {})) as hook:
            report = report_of(run_of(hook.url), "answer-arrives")
    assert "“Pay” (fields: iban): its form leads to another site" in came(report, "answer-arrives")
    assert stranger.requests == []


def coming_back(to: str) -> Pages:
    """A hook whose form, once it was sent, comes back and leads to an address."""

    def answer(method: str, path: str, body: str) -> Reply:
        action = to if method == "POST" else "/hook"
        form = f'<form method="post" action="{action}"><input name="iban"></form>'
        return 200, f"<title>Pay</title>{form}", {}

    return Pages(answer)


def test_a_form_that_comes_back_for_another_site_is_not_sent_there() -> None:
    with Pages(lambda *_: (200, "", {})) as stranger, coming_back(stranger.url) as hook:
        report = report_of(run_of(hook.url), "answer-arrives", "once")
    where = "“Pay” (fields: iban): the way on leads to another site, which is never asked"
    assert where in came(report, "answer-arrives")
    assert stranger.requests == []
    with coming_back("/hook/again") as hook:
        report_of(run_of(hook.url), "answer-arrives")
    assert ("POST", "/hook/again", "iban=Test") in hook.requests


def test_a_browser_asks_nobody_but_the_hook_whatever_it_is_told_to_send() -> None:
    with Pages(lambda *_: (200, "", {})) as stranger, Pages(lambda *_: (200, "", {})) as hook:
        browser = Browser(hook.url, f"{TENANT}/return", Budget(60))
        elsewhere = browser.ask(Asked(stranger.url, "POST", "iban=17"))
        own = browser.ask(Asked(hook.url, "POST", "iban=17"))
    assert (elsewhere.trouble, own.trouble) == (
        "the way on leads to another site, which is never asked", "",
    )  # fmt: skip
    assert stranger.requests == []
    assert hook.requests == [("POST", "/hook", "iban=17")]


def test_a_page_that_would_keep_a_reader_busy_for_ever_takes_no_time_from_the_others() -> None:
    seen: list[str] = []

    def answer(method: str, path: str, body: str) -> Reply:
        seen.append(path)
        return (200, "<a>x" * 64_000, {}) if len(seen) == 1 else (400, "", {})

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url, Budget(60)), "good-token-again")
    assert came(report, "good-token-again") == "a page with status 400 (Bad Request)"


@pytest.mark.parametrize(("digits", "complaint"), [(4_300, "not both there"), (1, "")])
def test_dates_that_nobody_can_write_are_told_as_none(digits: int, complaint: str) -> None:
    now, most = int(time.time()), 9 * 10 ** (digits - 1)
    dates = {"iat": now - most, "exp": now + most}
    answer = Answer(f"{TENANT}/return?session_token={sign(dates)}", "")
    found = [rule(run_of("http://localhost/hook"), answer) for rule in (dates_of, lifetime, now_of)]
    assert complaint in found[0]
    assert found[1:] == ["", ""]


def test_a_run_is_polite_and_says_who_it_is() -> None:
    with CarelessHook() as hook:
        report = report_of(run_of(hook.url))
        assert len(hook.requests) == report.requests
        assert {agent for _, agent in hook.requests} == {USER_AGENT}
        assert len(hook.journeys) < 25, "bad tokens open none"
    assert report.requests < 150
    assert named(report, Verdict.NOT_JUDGED) == set()
