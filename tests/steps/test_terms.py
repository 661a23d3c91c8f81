"""terms: accepted once, recorded per subject, asked again when it has to be."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hook.errors import ConfigError
from hook.subject import subject_key
from hook.testing.hooks import PROFILE, TERMS, Clock, MakeHook
from hook.testing.tokens import NOW, OTHER_SECRET, token
from hook.testing.visitor import Seen, Visitor
from hook.testing.watch import Log, rows, watched_log
from hook.tokens import verify

DAY = 86_400
KAURI, CUSTOM = "https://kauri.vii.nz01.mattr.global", "https://id.kauri.example"
ACCEPTED_AT = "2026-11-18T11:06:40Z"

RIMU = """
[tenants.rimu]
name     = "Rimu College"
issuers  = ["https://kauri.vii.nz01.mattr.global"]
secrets  = ["env:RIMU_SECRET"]
subject  = "email"
""" + TERMS.replace("tenants.kauri", "tenants.rimu")


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def _accept(app: Flask, **changes: Any) -> Seen:
    """Walk a new journey in a new browser up to where the terms are accepted."""
    visitor = Visitor(app)
    assert visitor.arrive(**changes).step == "terms"
    return visitor.send({"answer": "accept"})


def _again(app: Flask, clock: Clock, **changes: Any) -> Seen:
    """Come once more, in a new browser, with a token of the moment."""
    dates = {"iat": clock.now, "exp": clock.now + 600, "state": "again"}
    return Visitor(app).arrive(**{**dates, **changes})


def _record(app: Flask, clock: Clock) -> dict[str, Any]:
    """What is kept of Ripeka by the step "terms"."""
    parts = app.extensions["hook"]
    tenant = parts.config.tenants["kauri"]
    fresh = token(iat=clock.now, exp=clock.now + 600)
    subject = subject_key(parts.store.pepper, tenant, verify(fresh, tenant, clock.now))
    assert subject
    return dict(parts.store.records("kauri", subject, "terms")["terms"])


def test_the_page_shows_the_text_its_version_and_two_buttons(make_hook: MakeHook) -> None:
    page = Visitor(make_hook()).arrive()
    assert "Be <em>kind</em>." in page.html
    assert "Version 2026-11" in page.text
    buttons = {c["value"]: c["name"] for c in page.reader.controls if c["tag"] == "button"}
    assert buttons == {"accept": "answer", "decline": "answer"}


def test_what_is_recorded_is_version_hash_locale_and_time(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook('locale = "mi"\n' + TERMS)
    _accept(app)
    assert _record(app, clock) == {
        "version": "2026-11",
        "sha256": hashlib.sha256(b"Be *kind*.\n").hexdigest(),
        "locale": "mi",
        "at": NOW,
    }


def test_nothing_is_recorded_before_the_answer(make_hook: MakeHook) -> None:
    app = make_hook()
    Visitor(app).arrive()
    assert rows(app)["records"] == []
    _accept(app, state="another")
    assert len(rows(app)["records"]) == 1


def test_the_record_is_sealed_and_names_nobody(make_hook: MakeHook) -> None:
    app = make_hook()
    _accept(app)
    (row,) = rows(app)["records"]
    assert not any(word in str(row) for word in ("ripeka", "Ripeka", "2026-11", "sha256"))


@pytest.mark.parametrize("answer", [{}, {"answer": ""}, {"answer": "Accept"}, {"accept": "yes"}])
def test_anything_but_the_two_answers_asks_again(
    make_hook: MakeHook, answer: dict[str, str | list[str]]
) -> None:
    app = make_hook()
    visitor = Visitor(app)
    visitor.arrive()
    page = visitor.send(answer)
    assert (page.status, page.step) == (422, "terms")
    assert "Choose whether you accept these terms." in page.text
    assert rows(app)["records"] == []


def test_two_different_answers_at_once_are_no_acceptance(make_hook: MakeHook) -> None:
    app = make_hook()
    visitor = Visitor(app)
    visitor.arrive()
    assert visitor.send({"answer": ["accept", "decline"]}).status == 422
    assert not rows(app)["records"]
    assert visitor.send({"answer": ["accept"]}).step == "profile"


def test_to_decline_goes_back_as_terms_declined_and_records_nothing(
    make_hook: MakeHook, log: Log
) -> None:
    app = make_hook(TERMS + "report = true\n" + PROFILE)
    visitor = Visitor(app)
    visitor.arrive()
    answer = visitor.send({"answer": "decline"}).answer
    assert answer["error"] == {"message": "terms_declined"}
    assert "claims" not in answer
    assert rows(app)["records"] == []
    assert log.reasons("step_denied") == ["terms_declined"]


def test_to_accept_after_declining_changes_nothing(make_hook: MakeHook) -> None:
    app = make_hook()
    visitor = Visitor(app)
    page = visitor.arrive()
    visitor.send({"answer": "decline"})
    visitor.seen = page
    assert visitor.send({"answer": "accept"}).answer["error"] == {"message": "terms_declined"}
    assert rows(app)["records"] == []


def test_accepted_terms_are_skipped_and_the_log_says_why(
    make_hook: MakeHook, clock: Clock, log: Log
) -> None:
    app = make_hook()
    assert _accept(app).step == "profile"
    assert _again(app, clock).step == "profile"
    assert log.reasons("step_done") == ["accepted", "already_accepted"]


@pytest.mark.parametrize(
    ("reaccept", "days", "reason"),
    [
        ("on_change", 0, "already_accepted"),
        ("on_change", 20_000, "already_accepted"),
        ("always", 0, "always"),
        ("180d", 179, "already_accepted"),
        ("180d", 180, "too_old"),
        ("1d", 1, "too_old"),
    ],
)
def test_reaccept_decides_when_to_ask_again(
    make_hook: MakeHook, clock: Clock, log: Log, reaccept: str, days: int, reason: str
) -> None:
    app = make_hook(TERMS + f'reaccept = "{reaccept}"\n' + PROFILE)
    _accept(app)
    clock.turn(days * DAY)
    page = _again(app, clock)
    skipped = reason == "already_accepted"
    assert page.step == ("profile" if skipped else "terms")
    assert log.reasons("step_done") == ["accepted", *([reason] if skipped else [])]


def test_180_days_are_counted_to_the_second(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TERMS + 'reaccept = "180d"\n' + PROFILE)
    _accept(app)
    clock.turn(180 * DAY - 1)
    assert _again(app, clock).step == "profile"
    clock.turn(1)
    assert _again(app, clock, state="a second later").step == "terms"


def test_a_new_acceptance_starts_the_days_anew(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TERMS + 'reaccept = "180d"\n' + PROFILE)
    _accept(app)
    clock.turn(180 * DAY)
    _accept(app, iat=clock.now, exp=clock.now + 600, state="second")
    assert _record(app, clock)["at"] == clock.now
    clock.turn(179 * DAY)
    assert _again(app, clock).step == "profile"


@pytest.mark.parametrize("reaccept", ["on_change", "always", "180d"])
@pytest.mark.parametrize(
    ("version", "text", "asked"),
    [
        ("2026-11", "Be *kind*.\n", False),
        ("2026-11", "Be *kind*!\n", True),
        ("2026-12", "Be *kind*.\n", True),
    ],
    ids=["unchanged", "other text, same version", "other version, same text"],
)
def test_a_changed_text_or_version_always_asks_again(
    make_hook: MakeHook,
    tmp_path: Path,
    clock: Clock,
    reaccept: str,
    version: str,
    text: str,
    asked: bool,
) -> None:
    first = TERMS.replace("terms.md", "own.md") + f'reaccept = "{reaccept}"\n' + PROFILE
    (tmp_path / "own.md").write_text("Be *kind*.\n")
    _accept(make_hook(first))
    (tmp_path / "own.md").write_text(text)
    page = _again(make_hook(first.replace("2026-11", version)), clock)
    assert page.step == ("terms" if asked or reaccept == "always" else "profile")


def test_a_report_puts_version_and_time_into_the_answer(make_hook: MakeHook) -> None:
    answer = _accept(make_hook(TERMS + "report = true\n")).answer
    assert answer["claims"] == {"terms_version": "2026-11", "terms_accepted_at": ACCEPTED_AT}


def test_without_a_report_nothing_is_told(make_hook: MakeHook) -> None:
    assert _accept(make_hook(TERMS)).answer["claims"] == {}


def test_a_report_of_skipped_terms_tells_when_they_were_accepted(
    make_hook: MakeHook, clock: Clock
) -> None:
    app = make_hook(TERMS + "report = true\n")
    _accept(app)
    clock.turn(100 * DAY)
    answer = _again(app, clock).answer
    assert answer["iat"] == clock.now
    assert answer["claims"] == {"terms_version": "2026-11", "terms_accepted_at": ACCEPTED_AT}


@pytest.mark.parametrize(
    ("email", "asked"),
    [
        ("ripeka@kauri.example", False),
        ("Ripeka@KAURI.example", False),
        (" ripeka@kauri.example ", False),
        ("mere@kauri.example", True),
        ("ripeka@kauri.example.nz", True),
    ],
)
def test_acceptance_is_per_subject_however_the_address_is_spelled(
    make_hook: MakeHook, clock: Clock, email: str, asked: bool
) -> None:
    app = make_hook()
    _accept(app)
    page = _again(app, clock, claims={"name": "Ripeka", "email": email})
    assert page.step == ("terms" if asked else "profile")


@pytest.mark.parametrize(("fold", "asked"), [("true", False), ("false", True)])
def test_capitals_are_another_subject_where_the_tenant_does_not_fold(
    make_hook: MakeHook, clock: Clock, fold: str, asked: bool
) -> None:
    app = make_hook(f"fold_subject = {fold}\n" + TERMS + PROFILE)
    _accept(app)
    page = _again(app, clock, claims={"name": "Ripeka", "email": "RIPEKA@kauri.example"})
    assert page.step == ("terms" if asked else "profile")


def test_acceptance_is_per_tenant(make_hook: MakeHook, clock: Clock) -> None:
    app = make_hook(TERMS + RIMU)
    _accept(app)
    at_rimu = token(secret=OTHER_SECRET, aud="https://hook.example.org/rimu", state="rimu")
    assert Visitor(app).arrive(at_rimu, path="/rimu").step == "terms"
    assert _again(app, clock).page == "leave"


def test_acceptance_is_per_step(make_hook: MakeHook, clock: Clock) -> None:
    second = TERMS.replace('name = "terms"', 'name = "privacy"')
    app = make_hook(TERMS + second)
    assert _accept(app).step == "privacy"
    assert _again(app, clock).step == "privacy"


@pytest.mark.parametrize(
    ("accepted", "iss", "email", "asked"),
    [
        (KAURI, KAURI, "ripeka@kauri.example", False),
        (KAURI, CUSTOM, "ripeka@kauri.example", False),
        (CUSTOM, KAURI, "ripeka@kauri.example", False),
        (KAURI, CUSTOM, "mere@kauri.example", True),
        (CUSTOM, KAURI, "mere@kauri.example", True),
    ],
)
def test_acceptance_counts_for_the_same_person_under_every_issuer_of_the_tenant(
    make_hook: MakeHook, clock: Clock, accepted: str, iss: str, email: str, asked: bool
) -> None:
    app = make_hook(environ={"HOOK__TENANTS__KAURI__ISSUERS": f'["{KAURI}", "{CUSTOM}"]'})
    _accept(app, iss=accepted, redirectUrl=f"{accepted}/callback")
    claims = {"name": "Ripeka", "email": email}
    page = _again(app, clock, iss=iss, redirectUrl=f"{iss}/callback", claims=claims)
    assert page.step == ("terms" if asked else "profile")


def test_acceptance_in_another_tab_counts_at_once(make_hook: MakeHook, log: Log) -> None:
    app = make_hook()
    waiting = Visitor(app)
    waiting.arrive()
    _accept(app, state="elsewhere")
    assert waiting.reload().step == "profile"
    assert waiting.seen is not None
    assert "Step 1 of 1" in waiting.seen.text
    assert log.reasons("step_done") == ["accepted", "already_accepted"]


@pytest.mark.parametrize("reaccept", ["sometimes", "", "d", "180", "-1d", "1.5d", "180 d", "180D"])
def test_a_wrong_reaccept_stops_the_start(make_hook: MakeHook, reaccept: str) -> None:
    with pytest.raises(ConfigError, match="180d") as refused:
        make_hook(TERMS + f'reaccept = "{reaccept}"\n')
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].reaccept"


@pytest.mark.parametrize("version", ["", "two words", "Māori", "v" * 41])
def test_a_version_is_short_printable_ascii(make_hook: MakeHook, version: str) -> None:
    assert make_hook(TERMS.replace("2026-11", "v" * 40))
    with pytest.raises(ConfigError) as refused:
        make_hook(TERMS.replace("2026-11", version))
    assert refused.value.mistakes[0].key == "tenants.kauri.steps[0].version"
