"""The kit walks a journey by itself, and says where it cannot go on."""

import pytest

from hook.conformance.checks import Verdict
from tests.conformance.careless import CarelessHook
from tests.conformance.kit import CLAIMS, Pages, Reply, came, named, report_of, run_of, verdicts


@pytest.mark.parametrize("way", ["page", "redirect", "header", "link"])
def test_every_way_back_is_recognised(way: str) -> None:
    with CarelessHook(way=way) as hook:
        report = report_of(run_of(hook.url), "refusal", "answer", "once")
    assert named(report, Verdict.FAILED) == set()
    assert named(report, Verdict.NOT_JUDGED) == set()


def test_fields_that_are_given_are_typed() -> None:
    with CarelessHook() as hook:
        run = run_of(hook.url, fields={"card": ("4711",)})
        assert report_of(run, "answer").is_good
        outcomes = [each.outcome for each in hook.journeys.values() if each.outcome]
    assert {"claims": {"card": "4711"}, "claimsToPersist": ["card"]} in outcomes


def pages(*bodies: str) -> Pages:
    """A hook whose form leads from each page to the next, and stays at the last."""

    def answer(method: str, path: str, body: str) -> Reply:
        number = 0 if path == "/hook" else int(path.rpartition("/")[2])
        return 200, bodies[min(number, len(bodies) - 1)], {}

    return Pages(answer)


def page(title: str, controls: str, on: int = 1) -> str:
    """A page with one form."""
    form = f'<form method="post" action="/hook/{on}">{controls}<button>Go on</button></form>'
    return f"<title>{title}</title><main>{form}</main>"


@pytest.mark.parametrize(
    ("bodies", "where"),
    [
        (
            [page("Welcome", ""), page("Your code", '<input name="code" type="password">', 2)],
            "“Your code” (fields: code): it asks for what only a person has",
        ),
        (["<title>Passkey</title><p>Touch it."], "“Passkey” (fields: none): it has no form"),
        (
            [page("Your number", '<input name="number"><input type="hidden" name="h">', 0)],
            "“Your number” (fields: number): its form came back",
        ),
    ],
    ids=["a code", "no form", "the same page again"],
)
def test_where_a_walk_ends_is_told_by_title_and_fields(bodies: list[str], where: str) -> None:
    with pages(*bodies) as hook:
        report = report_of(run_of(hook.url), "answer")
    assert verdicts(report)["answer-arrives"] is Verdict.NOT_JUDGED
    assert where in came(report, "answer-arrives")
    assert "--answer-url" in came(report, "answer-arrives")
    assert not report.is_good


def test_a_form_that_comes_back_is_tried_once_more_with_all_it_has() -> None:
    with pages(page("Your number", '<input name="number">', 0)) as hook:
        report_of(run_of(hook.url), "answer-arrives")
    sent = [body for method, _, body in hook.requests if method == "POST"]
    assert sent == ["number=", "number=Test"]


def test_what_came_from_a_claim_is_not_told_though_a_page_shows_it() -> None:
    with pages(f"<title>Hello {CLAIMS['name']}</title><p>Touch your passkey.") as hook:
        report = report_of(run_of(hook.url), "answer-arrives")
    assert "“Hello …” (fields: none): it has no form" in came(report, "answer-arrives")


def test_a_journey_that_goes_on_at_another_site_is_not_judged() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        if method == "POST":
            return 303, "", {"Location": "https://bank.example/identify?session_token=a.b.c"}
        return 200, page("Identify yourself", ""), {}

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "answer-arrives")
    assert verdicts(report)["answer-arrives"] is Verdict.NOT_JUDGED
    assert "goes on at another site" in came(report, "answer-arrives")


def test_a_form_that_is_refused_with_a_new_one_is_sent_with_what_that_says() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        fresh = '<input type="hidden" name="csrf" value="2"><input name="number">'
        first = fresh.replace('"2"', '"1"')
        return (422, page("Number", fresh), {}) if method == "POST" else (200, page("N", first), {})

    with Pages(answer) as hook:
        report_of(run_of(hook.url), "answer-arrives")
    sent = [body for method, _, body in hook.requests if method == "POST"]
    assert sent == ["csrf=1&number=", "csrf=2&number=Test"]


def test_a_page_that_breaks_is_told() -> None:
    def answer(method: str, path: str, body: str) -> Reply:
        return (200, page("About you", ""), {}) if method == "GET" else (500, "", {})

    with Pages(answer) as hook:
        report = report_of(run_of(hook.url), "answer-arrives")
    assert "“About you” (fields: none): a page with status 500" in came(report, "answer-arrives")


def test_a_journey_without_a_way_to_cancel_is_not_judged_and_no_failure() -> None:
    with pages(page("Welcome", "")) as hook:
        report = report_of(run_of(hook.url), "refusal")
    assert verdicts(report)["cancel-comes-back"] is Verdict.NOT_JUDGED
    assert "no link or button" in came(report, "cancel-comes-back")
    assert report.is_good


def test_cancelling_by_a_button_is_found_too() -> None:
    button = '<button name="answer" value="stop" formnovalidate>Cancel</button>'
    with pages(page("Welcome", button), "<title>Bye</title>") as hook:
        report = report_of(run_of(hook.url), "cancel-comes-back")
    assert ("POST", "/hook/1", "answer=stop") in hook.requests
    assert verdicts(report)["cancel-comes-back"] is Verdict.FAILED
