"""sms_code: a code by SMS, to one number, in one journey, a few times; it is no factor."""

import itertools
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hook.errors import ConfigError
from hook.testing import (
    Clock,
    Example,
    MakeHook,
    Seen,
    StepContract,
    Visitor,
    hooks_in,
    watched_log,
)
from hook.testing.hooks import NOTICE
from hook.testing.watch import rows

KIND = "examples.sms_code.SmsCode"
MINE, OTHER = "+64211234567", "+64217654321"
KEY = "Bearer a-key-of-the-provider"
CLAIM = 'claim = "phone_number"'
BOTH = {"phone_number": MINE, "phone_number_verified": True}
MINUTE, HOUR = 60, 3_600
_states = itertools.count()


class Provider(ThreadingHTTPServer):
    """A provider of SMS on this machine: it keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Takes)
        self.status, self.body = 202, b'{"id": "17"}'
        self.sent: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def options(self) -> str:
        """The options that lead to it."""
        url = f"http://localhost:{self.server_port}/messages"
        # hook.testing knows no variable of ours; in a file that is used it is env:SMS_KEY.
        return f'api_url = "{url}"\napi_key = "{KEY}"\nprivate_addresses = true'

    @property
    def code(self) -> str:
        """The code in the newest message."""
        return re.sub(r"[^0-9]", "", self.sent[-1]["text"])


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider = self.server
        assert isinstance(provider, Provider)
        provider.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        provider.keys.append(self.headers["Authorization"])
        self.send_response(provider.status)
        self.send_header("Content-Length", str(len(provider.body)))
        self.end_headers()
        self.wfile.write(provider.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestContract(StepContract):
    """What every step keeps."""

    @pytest.fixture
    def example(self, provider: Provider) -> Example:
        return Example(
            kind=KIND,
            options=f"{provider.options}\n{CLAIM}",
            approach={"number": MINE},
            good=lambda _: {"code": provider.code},
            bad={"code": "12"},
            largest=({},),
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_hook(tmp_path: Path, clock: Clock) -> Iterator[MakeHook]:
    with hooks_in(tmp_path, f"sqlite:///{tmp_path}/hook.db", clock) as make:
        yield make


class Phone(Visitor):
    """A visitor with a phone."""

    def __init__(self, make_hook: MakeHook, clock: Clock, *options: str) -> None:
        block = Example(kind=KIND, good={}).block(CLAIM, *options)
        super().__init__(make_hook(block + NOTICE))
        self.clock = clock

    def come(self, **claims: object) -> Seen:
        """Begin a journey of three hours."""
        person = {"name": "Ripeka", "email": "ripeka@kauri.example", **claims}
        now, state = self.clock.now, f"sms-{next(_states)}"
        return self.arrive(claims=person, state=state, iat=now, exp=now + 3 * HOUR)

    def again(self) -> Seen:
        """Wait until it is allowed, and ask for another code."""
        self.clock.turn(MINUTE)
        return self.send({"do": "again"})


@pytest.fixture
def phone(make_hook: MakeHook, clock: Clock, provider: Provider) -> Phone:
    """Somebody whose login has no number."""
    return Phone(make_hook, clock, provider.options)


def asks(seen: Seen) -> list[str]:
    """What a page of this step asks for."""
    assert seen.step == "asked"
    return seen.reader.labels


def refused(seen: Seen) -> str:
    """The text of a page with errors."""
    assert (seen.status, seen.step) == (422, "asked")
    return seen.text


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


# Where the code goes


def test_a_code_goes_to_the_typed_number_and_back(phone: Phone, provider: Provider) -> None:
    assert asks(phone.come()) == ["number"]
    seen = phone.send({"number": "+64 (21) 123-4567"})
    assert asks(seen) == ["code"]
    assert MINE in seen.text
    assert [each["to"] for each in provider.sent] == [MINE]
    assert re.match(r"\d{3} \d{3} is your code", provider.sent[0]["text"])
    assert provider.keys == [KEY]
    assert phone.send({"code": provider.code}).step == "welcome"
    assert phone.send().answer["claims"] == BOTH


def test_a_number_of_the_login_is_used_and_cannot_be_replaced(
    phone: Phone, provider: Provider
) -> None:
    seen = phone.come(phone_number=MINE)
    assert asks(seen) == []
    assert MINE in seen.text
    assert provider.sent == []
    assert asks(phone.send({"number": OTHER})) == ["code"]
    phone.send({"do": "other"})
    assert [each["to"] for each in provider.sent] == [MINE]


@pytest.mark.parametrize("claim", [None, "", "021 123 4567", "+12", 64211234567], ids=repr)
def test_a_number_that_cannot_be_used_is_asked_for(phone: Phone, claim: object) -> None:
    assert asks(phone.come(phone_number=claim)) == ["number"]


@pytest.mark.parametrize(
    "number",
    ["", "021 123 4567", "+0211234567", "+64 21 CALL ME", MINE * 9, "+\uff16\uff14211234567"],
)
def test_what_is_no_number_is_asked_again(phone: Phone, provider: Provider, number: str) -> None:
    phone.come()
    assert "with its country code" in refused(phone.send({"number": number}))
    assert provider.sent == []


def test_visitors_may_take_another_number(phone: Phone, provider: Provider, clock: Clock) -> None:
    phone.come()
    phone.send({"number": OTHER})
    old = provider.code
    assert asks(phone.send({"do": "other"})) == ["number"]
    clock.turn(MINUTE)
    phone.send({"number": MINE})
    phone.send({"code": old if old != provider.code else wrong(old)})
    assert phone.seen is not None
    assert "isn’t right" in phone.seen.text
    phone.send({"code": provider.code})
    assert phone.send().answer["claims"] == BOTH


def test_text_and_length_are_the_issuers(
    make_hook: MakeHook, clock: Clock, provider: Provider
) -> None:
    phone = Phone(make_hook, clock, provider.options, "digits = 8", 'text = "Kauri: {code}"')
    phone.come(phone_number=MINE)
    assert "8 digits." in phone.send().text
    assert re.fullmatch(r"Kauri: \d{4} \d{4}", provider.sent[0]["text"])
    assert phone.send({"code": provider.code}).step == "welcome"


# What becomes of a code


def test_a_code_is_good_for_less_than_ten_minutes(
    phone: Phone, provider: Provider, clock: Clock
) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    clock.turn(10 * MINUTE)
    assert "older than ten minutes" in refused(phone.send({"code": provider.code}))
    phone.again()
    clock.turn(10 * MINUTE - 1)
    assert phone.send({"code": provider.code}).step == "welcome"


def test_only_the_newest_code_is_right(phone: Phone, provider: Provider) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    old = provider.code
    phone.again()
    if old != provider.code:
        assert "newest message" in refused(phone.send({"code": old}))
    assert phone.send({"code": f" {provider.code[:3]}-{provider.code[3:]} "}).step == "welcome"


def test_five_wrong_guesses_lock_and_the_right_code_is_then_too_late(
    phone: Phone, provider: Provider
) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    for _ in range(4):
        assert "isn’t right" in refused(phone.send({"code": wrong(provider.code)}))
    assert phone.send({"code": wrong(provider.code)}).page == "stopped"
    assert phone.come(phone_number=MINE).page == "stopped"
    assert len(provider.sent) == 1


def test_the_right_code_lets_the_guesses_start_anew(
    phone: Phone, provider: Provider, clock: Clock
) -> None:
    for _ in range(2):
        phone.come(phone_number=MINE)
        phone.send()
        for _ in range(4):
            assert "isn’t right" in refused(phone.send({"code": wrong(provider.code)}))
        assert phone.send({"code": provider.code}).step == "welcome"
        clock.turn(MINUTE)


def test_nothing_is_sent_while_the_lock_is_closed(
    phone: Phone, provider: Provider, clock: Clock
) -> None:
    phone.come(phone_number=MINE)
    one_tab = phone.send()
    clock.turn(MINUTE)
    phone.come(phone_number=MINE)
    phone.send()
    for _ in range(5):
        phone.send({"code": wrong(provider.code)})
    clock.turn(MINUTE)
    phone.seen = one_tab
    assert phone.send({"do": "again"}).page == "stopped"
    assert len(provider.sent) == 2


def test_what_is_no_code_is_not_counted(phone: Phone, provider: Provider) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    for typed in ("", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16", "abcdef") * 3:
        assert "Type the 6 digits." in refused(phone.send({"code": typed}))
    assert phone.send({"code": provider.code}).step == "welcome"


# How many messages


def test_another_code_takes_a_minute_in_whichever_journey(
    phone: Phone, provider: Provider, clock: Clock
) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    assert "less than a minute ago" in refused(phone.send({"do": "again"}))
    phone.come(phone_number=MINE)
    clock.turn(MINUTE - 1)
    assert "less than a minute ago" in refused(phone.send())
    clock.turn(1)
    assert asks(phone.send()) == ["code"]
    assert len(provider.sent) == 2


def test_five_messages_an_hour_and_no_more(phone: Phone, provider: Provider, clock: Clock) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    for _ in range(4):
        assert asks(phone.again()) == ["code"]
    assert "come back in an hour" in refused(phone.again())
    assert len(provider.sent) == 5
    clock.turn(HOUR)
    assert asks(phone.again()) == ["code"]


def test_one_number_gets_five_an_hour_whoever_asks(
    phone: Phone, provider: Provider, clock: Clock
) -> None:
    for count in range(7):
        phone.come(email=f"visitor{count}@kauri.example", phone_number=MINE)
        phone.send()
    assert len(provider.sent) == 5
    phone.come(email="visitor9@kauri.example", phone_number=OTHER)
    assert asks(phone.send()) == ["code"]


# When the provider fails


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"{}"), (200, b"OK"), (201, b'{"id": 1}'), (202, b""), (204, b"")]
)
def test_a_provider_may_take_it_in_its_own_words(
    phone: Phone, provider: Provider, status: int, body: bytes
) -> None:
    provider.status, provider.body = status, body
    phone.come(phone_number=MINE)
    assert asks(phone.send()) == ["code"]


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 503])
def test_a_provider_that_fails_is_told_and_may_be_asked_again(
    phone: Phone, provider: Provider, clock: Clock, status: int
) -> None:
    provider.status = status
    phone.come()
    with watched_log() as log:
        seen = phone.send({"number": MINE})
    assert "We couldn’t send a code. Try again in a minute." in refused(seen)
    assert asks(seen) == ["number"]
    assert log.reasons("step_stays") == ["call_redirected" if status == 302 else "call_status"]
    assert MINE not in log
    provider.status = 200
    clock.turn(MINUTE)
    assert asks(phone.send({"number": MINE})) == ["code"]


def test_the_code_before_stays_good_when_another_cannot_be_sent(
    phone: Phone, provider: Provider
) -> None:
    phone.come(phone_number=MINE)
    phone.send()
    code, provider.status = provider.code, 500
    assert "couldn’t send" in refused(phone.again())
    assert phone.send({"code": code}).step == "welcome"


def test_nobody_listening_is_told_too(make_hook: MakeHook, clock: Clock) -> None:
    with Provider() as gone:
        options = gone.options
    phone = Phone(make_hook, clock, options)
    phone.come(phone_number=MINE)
    assert "couldn’t send" in refused(phone.send())


# What is kept and said


def test_neither_code_nor_number_is_logged_and_the_code_is_kept_as_a_hash(
    phone: Phone, provider: Provider
) -> None:
    with watched_log() as log:
        phone.come(phone_number=MINE)
        phone.send()
        phone.send({"code": wrong(provider.code)})
        phone.send({"code": provider.code})
    assert MINE not in log
    assert KEY not in log
    assert MINE not in repr(rows(phone.app))


@pytest.mark.parametrize(
    "option",
    ['text = "No code"', 'text = "{code} {code}"', 'text = "{code} {0}"', "digits = 4"],
)
def test_options_that_make_no_sense_are_refused(
    make_hook: MakeHook, clock: Clock, provider: Provider, option: str
) -> None:
    with pytest.raises(ConfigError):
        Phone(make_hook, clock, provider.options, option)


@pytest.mark.parametrize("url", ["http://sms.example/send", "https://a:b@sms.example/", "sms"])
def test_only_a_safe_address_is_asked(make_hook: MakeHook, clock: Clock, url: str) -> None:
    with pytest.raises(ConfigError):
        Phone(make_hook, clock, f'api_url = "{url}"', f'api_key = "{KEY}"')
