"""Notices: a person is told by mail when their second factors change, and nothing waits for it."""

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from hook.testing.authenticator import SoftAuthenticator
from hook.testing.hooks import NOTICE, RECOVERY, SECOND_FACTOR, TOTP, Clock, MakeHook
from hook.testing.mail import SENDER, MailSink, toml
from hook.testing.visitor import Seen
from hook.testing.watch import Log, rows, watched_log
from tests.support.factors import (
    STEP,
    Person,
    code,
    codes_on,
    factors_of,
    key_on,
    wrong_code,
)

RIPEKA = "ripeka@kauri.example"
ELSEWHERE = "ripeka@elsewhere.example"
BY_SUB = {"HOOK__TENANTS__KAURI__SUBJECT": "sub"}
CLAIMS = {"name": "Ripeka Tamihana", "sub": "1234", "email": RIPEKA}


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def log() -> Iterator[Log]:
    with watched_log() as log:
        yield log


def enrolled(app: Flask, clock: Clock, **changes: object) -> Person:
    """Ripeka, who has set up her app a moment ago."""
    person = Person(app, clock)
    key = key_on(person.come(**changes))
    person.send({"code": code(key, clock.now)})
    return person


def add_passkey(person: Person, authenticator: SoftAuthenticator) -> Seen:
    """Set up a passkey on the page that offers to."""
    assert person.seen is not None
    (button,) = (each for each in person.seen.reader.controls if "data-options" in each)
    answer = authenticator.create(button["data-options"])
    return person.send({"passkey": json.dumps(answer), "label": "my phone"})


def subjects(sink: MailSink) -> list[str]:
    return [mail["Subject"] for mail in sink.messages]


def forget_mails(sink: MailSink) -> None:
    """Let only what comes from now on count."""
    sink.messages.clear()
    sink.recipients.clear()


def text_of(mail: EmailMessage) -> str:
    text: str = mail.get_content()
    return text


def test_a_mail_tells_of_a_new_app(make_hook: MakeHook, clock: Clock, sink: MailSink) -> None:
    person = enrolled(make_hook(TOTP + NOTICE + toml(sink)), clock)
    assert person.seen is not None
    assert person.seen.step == "welcome"
    (mail,) = sink.messages
    assert sink.recipients == [RIPEKA]
    assert (mail["From"], mail["To"]) == (SENDER, RIPEKA)
    assert mail["Subject"] == "Kauri Polytechnic: an authenticator app was added"
    text = " ".join(text_of(mail).split())
    assert "An authenticator app was added just now" in text
    assert "who you are at Kauri Polytechnic." in text
    assert "If it was not, tell Kauri Polytechnic at once" in text
    assert "no longer works" not in text


def test_the_mail_is_plain_text_without_secret_name_or_link(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    enrolled(app, clock)
    (mail,) = sink.messages
    (factor,) = factors_of(app, clock)
    assert mail.get_content_type() == "text/plain"
    whole = mail.as_string()
    assert factor.data["seed"] not in whole
    assert not re.search(r"Ripeka|https?:|<[a-z!/]+>|otpauth", text_of(mail))


def test_looking_at_the_page_and_a_wrong_code_tell_nobody(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = Person(make_hook(TOTP + NOTICE + toml(sink)), clock)
    key = key_on(person.come())
    person.reload()
    person.send({"code": wrong_code(key, clock.now)})
    assert sink.greetings == []
    person.send({"code": code(key, clock.now)})
    assert len(sink.messages) == 1


def test_the_use_of_an_app_is_no_news(make_hook: MakeHook, clock: Clock, sink: MailSink) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    person.come()
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert len(sink.messages) == 1


def test_a_code_sent_twice_is_told_once(make_hook: MakeHook, clock: Clock, sink: MailSink) -> None:
    person = Person(make_hook(TOTP + NOTICE + toml(sink)), clock)
    page = person.come()
    values: dict[str, str | list[str]] = {"code": code(key_on(page), clock.now)}
    person.send(values)
    person.seen = page
    person.send(values)
    assert len(sink.messages) == 1


def test_one_mail_tells_of_ten_recovery_codes(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = enrolled(make_hook(TOTP + RECOVERY + NOTICE + toml(sink)), clock)
    assert person.seen is not None
    codes = codes_on(person.seen)
    assert (len(codes), len(sink.messages)) == (10, 1)
    assert person.send({"saved": "yes"}).step == "welcome"
    assert subjects(sink)[1:] == ["Kauri Polytechnic: a set of recovery codes was added"]
    assert not any(each in sink.messages[1].as_string() for each in codes)
    assert sink.recipients == [RIPEKA, RIPEKA]


def test_codes_that_were_not_saved_are_told_to_nobody(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = enrolled(make_hook(TOTP + RECOVERY + NOTICE + toml(sink)), clock)
    assert person.send({}).status == 422
    assert len(sink.messages) == 1
    person.send({"saved": "yes"})
    assert len(sink.messages) == 2


def test_a_mail_tells_of_every_new_passkey(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(SECOND_FACTOR + NOTICE + toml(sink))
    person, authenticator = Person(app, clock), SoftAuthenticator()
    person.come()
    person.send({"use": "webauthn"})
    assert add_passkey(person, authenticator).step == "welcome"
    assert subjects(sink) == ["Kauri Polytechnic: a passkey was added"]
    (factor,) = factors_of(app, clock)
    for secret in (factor.data["id"], "my phone"):
        assert secret not in sink.messages[0].as_string()


def test_a_new_app_in_place_of_the_old_one_is_told(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    person.come()
    person.send({"code": code(key, clock.now), "add": "yes"})
    page = person.send({"use": "totp"})
    assert person.send({"code": code(key_on(page), clock.now)}).step == "welcome"
    assert subjects(sink) == [
        "Kauri Polytechnic: an authenticator app was added",
        "Kauri Polytechnic: an authenticator app was replaced",
    ]
    first, second = (" ".join(text_of(mail).split()) for mail in sink.messages)
    assert "An authenticator app was replaced just now" in second
    told = "The one before no longer works."
    assert (told in first, told in second) == (False, True)


def test_a_second_passkey_takes_no_others_place(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = Person(make_hook(SECOND_FACTOR + NOTICE + toml(sink)), clock)
    key = app_in_choice(person, CLAIMS)
    for _ in range(2):
        clock.turn(STEP)
        confirmed(person, key, CLAIMS)
        person.send({"use": "webauthn"})
        assert add_passkey(person, SoftAuthenticator()).step == "welcome"
    passkey = "Kauri Polytechnic: a passkey was added"
    assert subjects(sink) == ["Kauri Polytechnic: an authenticator app was added", passkey, passkey]
    assert not any("no longer works" in text_of(mail) for mail in sink.messages)


# Addresses: whoever has the login may have changed the one in it.


def app_in_choice(person: Person, claims: dict[str, str]) -> str:
    """Set up an app where there is a choice; gives its key."""
    person.come(claims=claims)
    key = key_on(person.send({"use": "totp"}))
    person.send({"code": code(key, person.clock.now)})
    return key


def confirmed(person: Person, key: str, claims: dict[str, str]) -> Seen:
    """Come anew, confirm with the app, and ask to add something."""
    person.come(claims=claims)
    return person.send({"code": code(key, person.clock.now), "add": "yes"})


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (ELSEWHERE, [ELSEWHERE, RIPEKA]),
        (RIPEKA, [RIPEKA]),
        ("", [RIPEKA]),
        ("nobody", [RIPEKA]),
    ],
    ids=["another address", "the same", "none", "no address"],
)
def test_a_replaced_app_is_told_where_the_person_was_and_where_they_are(
    make_hook: MakeHook, clock: Clock, sink: MailSink, later: str, told: list[str]
) -> None:
    person = Person(make_hook(TOTP + NOTICE + toml(sink), environ=BY_SUB), clock)
    key = key_on(person.come(claims=CLAIMS))
    person.send({"code": code(key, clock.now)})
    assert sink.recipients == [RIPEKA]
    forget_mails(sink)
    clock.turn(STEP)
    confirmed(person, key, {**CLAIMS, "email": later})
    assert sink.messages == []
    page = person.send({"use": "totp"})
    assert person.send({"code": code(key_on(page), clock.now)}).step == "welcome"
    assert sorted(sink.recipients) == sorted(mail["To"] for mail in sink.messages) == told
    assert set(subjects(sink)) == {"Kauri Polytechnic: an authenticator app was replaced"}


def test_an_added_passkey_is_told_at_every_address_that_was_ever_told(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = Person(make_hook(SECOND_FACTOR + NOTICE + toml(sink), environ=BY_SUB), clock)
    key = app_in_choice(person, CLAIMS)
    told = [RIPEKA]
    for address in (ELSEWHERE, "third@elsewhere.example"):
        forget_mails(sink)
        clock.turn(STEP)
        confirmed(person, key, {**CLAIMS, "email": address})
        person.send({"use": "webauthn"})
        assert add_passkey(person, SoftAuthenticator()).step == "welcome"
        told.append(address)
        assert sorted(sink.recipients) == sorted(told)
        assert set(subjects(sink)) == {"Kauri Polytechnic: a passkey was added"}


def test_a_set_of_codes_is_one_mail_to_each_address(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = Person(make_hook(TOTP + NOTICE + toml(sink), environ=BY_SUB), clock)
    key = key_on(person.come(claims=CLAIMS))
    person.send({"code": code(key, clock.now)})
    person = Person(make_hook(TOTP + RECOVERY + NOTICE + toml(sink), environ=BY_SUB), clock)
    clock.turn(STEP)
    person.come(claims={**CLAIMS, "email": ELSEWHERE})
    person.send({"code": code(key, clock.now)})
    forget_mails(sink)
    assert person.send({"saved": "yes"}).step == "welcome"
    assert sorted(sink.recipients) == [ELSEWHERE, RIPEKA]
    assert subjects(sink) == ["Kauri Polytechnic: a set of recovery codes was added"] * 2


def test_nobody_else_is_told_and_no_mail_shows_an_address_to_the_other(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink), environ=BY_SUB)
    mere = {"sub": "mere", "email": "mere@kauri.example"}
    enrolled(app, clock, claims=mere)
    assert sink.recipients == ["mere@kauri.example"]
    forget_mails(sink)
    person = Person(app, clock)
    key = key_on(person.come(claims=CLAIMS))
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    confirmed(person, key, {**CLAIMS, "email": ELSEWHERE})
    person.send({"code": code(key_on(person.send({"use": "totp"})), clock.now)})
    assert sorted(sink.recipients) == [ELSEWHERE, RIPEKA, RIPEKA]
    for mail in sink.messages:
        (other,) = {ELSEWHERE, RIPEKA} - {mail["To"]}
        assert other not in mail.as_string()


def test_the_use_of_an_app_from_a_changed_address_is_no_news_at_either(
    make_hook: MakeHook, clock: Clock, sink: MailSink
) -> None:
    person = Person(make_hook(TOTP + NOTICE + toml(sink), environ=BY_SUB), clock)
    key = key_on(person.come(claims=CLAIMS))
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    person.come(claims={**CLAIMS, "email": ELSEWHERE})
    assert person.send({"code": code(key, clock.now)}).step == "welcome"
    assert sink.recipients == [RIPEKA]


def test_without_a_mail_server_nobody_is_told_and_nothing_is_missed(
    make_hook: MakeHook, clock: Clock, log: Log
) -> None:
    app = make_hook(TOTP + NOTICE)
    person = enrolled(app, clock)
    assert person.seen is not None
    assert person.seen.step == "welcome"
    assert len(factors_of(app, clock)) == 1
    assert log.events("notice_failed") == []


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (ELSEWHERE, [ELSEWHERE]),
        (None, []),
        ("", []),
        (17, []),
        ("nobody", []),
        (f"{ELSEWHERE}\nBcc: evil@kauri.example", []),
        (f"{ELSEWHERE}, evil@kauri.example", []),
        (f"Ripeka <{ELSEWHERE}>", []),
    ],
)
def test_the_address_is_where_the_tenant_says_and_nowhere_else(
    make_hook: MakeHook,
    clock: Clock,
    sink: MailSink,
    log: Log,
    contact: object,
    told: list[str],
) -> None:
    mail = {"HOOK__TENANTS__KAURI__MAIL": "contact.mail"}
    app = make_hook(TOTP + NOTICE + toml(sink), environ=mail)
    claims = {"name": "Ripeka", "email": RIPEKA, "contact": {"mail": contact}}
    person = enrolled(app, clock, claims=claims)
    assert person.seen is not None
    assert person.seen.step == "welcome"
    assert len(factors_of(app, clock)) == 1
    assert sink.recipients == told
    assert log.events("notice_failed") == []


@pytest.mark.parametrize("mail", ["not a claim", ""])
def test_the_claim_for_notices_has_to_be_one(
    make_hook: MakeHook, sink: MailSink, mail: str
) -> None:
    environ = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    assert make_hook(TOTP + toml(sink), environ=environ)
    environ = {"HOOK__TENANTS__KAURI__MAIL": f'"{mail}"'}
    with pytest.raises(Exception, match=r"tenants\.kauri\.mail"):
        make_hook(TOTP + toml(sink), environ=environ)


@pytest.mark.parametrize("verdict", ["250 OK", "451 Not now", "550 Nobody here"])
def test_a_mail_server_that_takes_nothing_stops_nothing(
    make_hook: MakeHook, clock: Clock, sink: MailSink, log: Log, verdict: str
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    sink.verdict = f"{verdict} {RIPEKA}"
    person = enrolled(app, clock)
    assert person.seen is not None
    assert (person.seen.status, person.seen.step) == (200, "welcome")
    assert len(factors_of(app, clock)) == 1
    failed = log.events("notice_failed")
    assert len(failed) == (verdict != "250 OK")
    for line in failed:
        assert line.keys() == {"at", "event", "tenant", "detail"}
        assert (line["tenant"], line["detail"]) == ("kauri", "SMTPDataError")
    assert RIPEKA not in log


def test_a_mail_server_that_is_away_stops_nothing(
    make_hook: MakeHook, clock: Clock, log: Log
) -> None:
    with MailSink() as gone:
        app = make_hook(TOTP + RECOVERY + NOTICE + toml(gone))
    person = enrolled(app, clock)
    assert person.send({"saved": "yes"}).step == "welcome"
    failed = log.events("notice_failed")
    assert [line["detail"] for line in failed] == ["ConnectionRefusedError"] * 2
    assert "kauri.example" not in log


@pytest.mark.parametrize(
    "email",
    [RIPEKA, "=?utf-8?q?a?=@kauri.example", "." + "a" * 63 + "@kauri.example"],
    ids=["ordinary", "an encoded word", "long with a dot before"],
)
def test_an_address_that_takes_no_mail_stops_nothing(
    make_hook: MakeHook, clock: Clock, sink: MailSink, email: str
) -> None:
    environ = {"HOOK__TENANTS__KAURI__MAIL": "contact"}
    app = make_hook(TOTP + NOTICE + toml(sink), environ=environ)
    claims = {"name": "Ripeka", "email": RIPEKA, "contact": email}
    person = enrolled(app, clock, claims=claims)
    assert person.seen is not None
    assert (person.seen.status, person.seen.step) == (200, "welcome")
    assert len(factors_of(app, clock)) == 1


def test_the_address_is_not_readable_in_the_database(
    make_hook: MakeHook, clock: Clock, sink: MailSink, tmp_path: Path
) -> None:
    app = make_hook(TOTP + NOTICE + toml(sink))
    enrolled(app, clock)
    assert rows(app)["factors"]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("hook.db*"))
    assert RIPEKA.encode() not in kept
