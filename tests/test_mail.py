"""Mails over SMTP: what arrives, and that whatever goes wrong is told without a word of it."""

import re
import socket
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.errors import MailUnavailable
from hook.mail import Mailer, Message, Server, read_sender
from hook.testing.mail import HOST, Authority, MailSink

MAIL = Message("mere@example.org", "Your code – Kauri", "Kia ora Mere,\n.\nyour code is 123456 ē\n")
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
LOGIN = ("hook", "open sesame")
MAORI = "mērē@example.org"
ENCRYPTED = pytest.mark.parametrize("security", ["starttls", "tls"])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def open_sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def sink(open_sink: MailSink) -> MailSink:
    open_sink.messages.clear()
    open_sink.recipients.clear()
    open_sink.greetings.clear()
    return open_sink


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that lets clients in and says nothing."""
    with socket.create_server((HOST, 0)) as listening:
        yield listening.getsockname()[1]


def refusal(server: Server, message: Message = MAIL) -> str:
    """Send what cannot be sent; give the class of what went wrong, which is all that is told."""
    with pytest.raises(MailUnavailable) as caught:
        Mailer(server).send(message)
    told = "".join(traceback.format_exception(caught.value)) + caught.value.detail
    hidden = (message.to, message.to.partition("@")[0], message.text, server.host, *LOGIN[1:])
    assert [words for words in (*hidden, "Nobody here", "later") if words and words in told] == []
    assert caught.value.code == str(caught.value) == "mail_unavailable"
    return caught.value.detail


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("login", [None, LOGIN], ids=["nobody", "a user"])
def test_a_mail_arrives_as_it_was_written(
    authority: Authority, security: str, login: tuple[str, str] | None
) -> None:
    trusted = None if security == "none" else authority
    with MailSink(security=security, authority=trusted, login=login) as sink:
        Mailer(sink.server()).send(MAIL)
    (mail,) = sink.messages
    assert sink.recipients == [MAIL.to]
    assert (mail["To"], mail["Subject"], mail.get_content()) == (MAIL.to, MAIL.subject, MAIL.text)
    assert mail["From"] == "Kauri Polytechnic <hook@kauri.example>"
    assert (sink.logins == ([login] if login else [])) is True


def test_a_mail_says_when_and_where_it_was_made_and_that_no_person_wrote_it(
    sink: MailSink,
) -> None:
    Mailer(sink.server()).send(MAIL)
    Mailer(sink.server()).send(MAIL)
    one, two = sink.messages
    assert set(one.keys()) == HEADERS
    assert len(one.keys()) == len(HEADERS)
    assert abs(datetime.now(UTC) - one["Date"].datetime) < timedelta(minutes=1)
    assert re.fullmatch(r"<[^@<>]+@kauri\.example>", one["Message-ID"])
    assert one["Message-ID"] != two["Message-ID"]
    assert one["Auto-Submitted"] == "auto-generated"
    assert one.get_content_type() == "text/plain"
    assert one.get_content_charset() == "utf-8"


@pytest.mark.parametrize("text", ["ē", "ē" * 2_000, "e" * 2_000], ids=["short", "long", "ASCII"])
def test_a_mail_has_seven_bits_so_that_every_server_takes_it(sink: MailSink, text: str) -> None:
    Mailer(sink.server()).send(replace(MAIL, text=text))
    (mail,) = sink.messages
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"
    assert mail.as_bytes().isascii()
    assert max(map(len, mail.as_bytes().splitlines())) <= 78
    assert mail.get_content().strip() == text


def test_the_client_greets_with_the_senders_domain_and_not_with_the_machines_name(
    sink: MailSink,
) -> None:
    Mailer(sink.server(sender="hook@rimu.example")).send(MAIL)
    assert sink.greetings == ["rimu.example"]


@ENCRYPTED
def test_a_certificate_may_be_for_a_name(authority: Authority, security: str) -> None:
    with MailSink(security=security, authority=authority, certified="localhost") as sink:
        Mailer(sink.server(host="localhost")).send(MAIL)
        assert refusal(sink.server(host=HOST)) == "SSLCertVerificationError"
    assert len(sink.messages) == 1


@ENCRYPTED
def test_a_certificate_for_another_host_is_refused_before_the_login(
    authority: Authority, security: str
) -> None:
    right = MailSink(security, authority, login=LOGIN)
    wrong = MailSink(security, authority, login=LOGIN, certified="other.example")
    with right, wrong:
        Mailer(right.server()).send(MAIL)
        assert refusal(wrong.server()) == "SSLCertVerificationError"
    assert (len(right.messages), len(right.logins)) == (1, 1)
    assert (len(wrong.messages), len(wrong.logins)) == (0, 0)


@ENCRYPTED
def test_a_certificate_of_an_unknown_authority_is_refused_before_the_login(
    authority: Authority, security: str
) -> None:
    with MailSink(security, authority, login=LOGIN) as sink:
        assert refusal(sink.server(ca_file="")) == "SSLCertVerificationError"
        assert (sink.messages, sink.logins) == ([], [])
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


@pytest.mark.parametrize(
    ("promises", "error"),
    [((), "SMTPNotSupportedError"), (("STARTTLS",), "SMTPResponseException")],
    ids=["does not have it", "refuses it"],
)
def test_without_starttls_nothing_is_sent_in_plain_text(
    authority: Authority, promises: tuple[str, ...], error: str
) -> None:
    with MailSink("none", authority, login=LOGIN, promises=promises) as sink:
        assert refusal(sink.server(security="starttls")) == error
    assert (sink.messages, sink.logins) == ([], [])
    with MailSink("starttls", authority, login=LOGIN) as sink:
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_a_word_for_security_that_nobody_knows_is_taken_for_starttls(sink: MailSink) -> None:
    assert refusal(sink.server(security="None")) == "SMTPNotSupportedError"
    assert sink.messages == []


def test_a_server_that_speaks_plain_text_where_tls_is_expected_gets_nothing(
    sink: MailSink,
) -> None:
    assert refusal(sink.server(security="tls")) == "SSLError"
    assert (sink.messages, sink.greetings) == ([], [])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"password": "wrong"}, "SMTPAuthenticationError"),
        ({"username": "somebody"}, "SMTPAuthenticationError"),
        ({"username": ""}, "SMTPSenderRefused"),
    ],
    ids=["wrong password", "wrong user", "nobody"],
)
def test_a_server_that_asks_for_a_login_takes_mails_from_the_right_user_only(
    authority: Authority, changes: dict[str, Any], error: str
) -> None:
    with MailSink("starttls", authority, login=LOGIN) as sink:
        assert refusal(sink.server(**changes)) == error
        assert sink.messages == []
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_a_login_at_a_server_that_has_none_is_an_error(sink: MailSink) -> None:
    assert refusal(sink.server(username="hook", password="x")) == "SMTPNotSupportedError"
    assert sink.messages == []
    Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_a_recipient_whom_the_server_refuses_gets_nothing() -> None:
    with MailSink(refused=frozenset({MAIL.to})) as sink:
        assert refusal(sink.server()) == "SMTPRecipientsRefused"
        assert sink.messages == []
        Mailer(sink.server()).send(replace(MAIL, to="hana@example.org"))
    assert sink.recipients == ["hana@example.org"]


@pytest.mark.parametrize("verdict", ["451 Try later", "550 Nobody here wants this", "421 later"])
def test_a_mail_that_the_server_does_not_take_is_an_error(verdict: str) -> None:
    with MailSink(verdict=verdict) as sink:
        assert refusal(sink.server()) == "SMTPDataError"
    assert sink.messages == []
    with MailSink(verdict="250 Taken") as sink:
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_an_address_outside_ascii_needs_a_server_that_takes_it() -> None:
    mail = replace(MAIL, to=MAORI)
    with MailSink(smtputf8=False) as sink:
        assert refusal(sink.server(), mail) == "SMTPNotSupportedError"
        Mailer(sink.server()).send(MAIL)
    assert sink.recipients == [MAIL.to]
    with MailSink(smtputf8=True) as sink:
        Mailer(sink.server()).send(mail)
    (received,) = sink.messages
    assert sink.recipients == [received["To"]] == [MAORI]


@pytest.mark.parametrize(
    "subject",
    [
        "Code\r\nBcc: eve@example.org",
        "Code\nBcc: eve@example.org",
        "Code\rBcc: eve@example.org",
        "Code\n",
        "Code\x00",
        "Code\u2028Bcc: eve@example.org",
        "=?utf-8?q?Code=0ABcc:_eve@example.org?=",
    ],
)
def test_a_line_break_in_the_subject_is_refused_before_anybody_is_called(
    sink: MailSink, subject: str
) -> None:
    assert refusal(sink.server(), replace(MAIL, subject=subject)) == "ValueError"
    assert sink.greetings == []
    Mailer(sink.server()).send(replace(MAIL, subject="Code Bcc: eve@example.org = ?"))
    assert len(sink.messages) == 1


@pytest.mark.parametrize(
    "to",
    [
        "mere@example.org\r\nBcc: eve@example.org",
        "mere@example.org\n",
        "mere@example.org\rRCPT TO:<eve@example.org>",
        "mere@example.org, eve@example.org",
        "mere@example.org;eve@example.org",
        "Mere <mere@example.org>",
        "<mere@example.org>",
        "mere@example.org> NOTIFY=NEVER",
        '"mere\r\n"@example.org',
        '"eve@example.org,"@example.org',
        "mere (eve@example.org)@example.org",
        "=?utf-8?q?m=0ABcc=3A_eve?=@example.org",
        "mere@eve@example.org",
        "mere\u2028@example.org",
        "mere",
        "@example.org",
        "mere@",
        "",
    ],
)
def test_what_is_not_one_plain_address_is_refused_before_anybody_is_called(
    sink: MailSink, to: str
) -> None:
    assert refusal(sink.server(), replace(MAIL, to=to)) == "ValueError"
    assert sink.greetings == []


@pytest.mark.parametrize(
    "to", ["mere@example.org", "o'neil+code=1?@mail.example.org", "m..e.@localhost", "-f@x"]
)
def test_a_plain_address_is_taken_as_it_is(sink: MailSink, to: str) -> None:
    Mailer(sink.server()).send(replace(MAIL, to=to))
    assert sink.recipients == [to]


@given(to=st.text(max_size=12).map(lambda text: f"{text}@example.org"), subject=st.text())
def test_whatever_is_written_a_mail_has_its_own_headers_and_one_recipient_or_is_not_sent(
    open_sink: MailSink, to: str, subject: str
) -> None:
    open_sink.messages.clear()
    open_sink.recipients.clear()
    try:
        Mailer(open_sink.server()).send(Message(to, subject, "Kia ora!\n"))
    except MailUnavailable:
        assert open_sink.messages == []
        return
    (mail,) = open_sink.messages
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert open_sink.recipients == [to]
    assert mail.get_content() == "Kia ora!\n"


@given(text=st.text())
def test_whatever_the_text_is_it_arrives_or_is_not_sent(open_sink: MailSink, text: str) -> None:
    open_sink.messages.clear()
    Mailer(open_sink.server()).send(replace(MAIL, text=text))
    (mail,) = open_sink.messages
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail.get_content().split() == text.split()


def test_when_nobody_listens_it_is_an_error() -> None:
    with MailSink() as sink:
        server = sink.server()
        Mailer(server).send(MAIL)
    assert refusal(server) == "ConnectionRefusedError"


@pytest.mark.parametrize(
    ("security", "error"),
    [("none", "SMTPServerDisconnected"), ("tls", "TimeoutError")],
)
def test_a_server_that_says_nothing_is_given_up_after_the_timeout(
    sink: MailSink, silent_port: int, security: str, error: str
) -> None:
    begun = time.monotonic()
    assert refusal(sink.server(port=silent_port, timeout=1, security=security)) == error
    assert 0.9 < time.monotonic() - begun < 5
    Mailer(sink.server(timeout=1)).send(MAIL)
    assert len(sink.messages) == 1


def test_a_mail_that_was_taken_is_sent_however_the_server_says_goodbye() -> None:
    with MailSink(rude=True) as sink:
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_a_ca_file_that_is_gone_is_an_error(authority: Authority) -> None:
    with MailSink("tls", authority) as sink:
        assert refusal(sink.server(ca_file=f"{authority.ca_file}.gone")) == "FileNotFoundError"
        Mailer(sink.server()).send(MAIL)
    assert len(sink.messages) == 1


def test_without_a_server_no_mail_is_sent(sink: MailSink) -> None:
    assert Mailer(sink.server()).ready
    nobody = Mailer(None)
    assert not nobody.ready
    with pytest.raises(MailUnavailable, match="mail_unavailable"):
        nobody.send(MAIL)


def test_nothing_private_shows_when_a_mail_or_a_server_is_printed(sink: MailSink) -> None:
    shown = repr(MAIL) + repr(sink.server(username=LOGIN[0], password=LOGIN[1]))
    assert [words for words in (MAIL.to, "123456", LOGIN[1]) if words in shown] == []
    assert MAIL.subject in shown


def test_nothing_is_logged_of_a_mail_or_of_its_failure(
    sink: MailSink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    Mailer(sink.server()).send(MAIL)
    refusal(sink.server(security="tls"))
    # The server of the tests logs on its own account.
    assert {record.name for record in caplog.records} <= {"mail.log", "mail.debug", "asyncio"}


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("hook@kauri.example", "", "hook@kauri.example"),
        ("<hook@kauri.example>", "", "hook@kauri.example"),
        ("Kauri <hook@kauri.example>", "Kauri", "hook@kauri.example"),
        ('"Kauri, Ltd." <hook@kauri.example>', "Kauri, Ltd.", "hook@kauri.example"),
        ("Te Kura Kauri – pūnaha <hook@kauri.example>", "Te Kura Kauri – pūnaha",
         "hook@kauri.example"),
    ],
)  # fmt: skip
def test_a_sender_is_an_address_or_a_name_with_one(
    sink: MailSink, text: str, name: str, address: str
) -> None:
    sender = read_sender(text)
    assert (sender.display_name, sender.addr_spec) == (name, address)
    Mailer(sink.server(sender=text)).send(MAIL)
    (mail,) = sink.messages
    (received,) = mail["From"].addresses
    assert (received.display_name, received.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kauri",
        "Kauri hook@kauri.example",
        "Kauri <hook@kauri.example",
        "Kauri <hook@kauri.example> Ltd",
        "Kauri <hook@kauri.example>\r\nBcc: eve@example.org",
        "Kauri\n<hook@kauri.example>",
        "=?utf-8?q?Kauri?= <hook@kauri.example>",
        "a@kauri.example, b@kauri.example",
        "A <a@kauri.example>, B <b@kauri.example>",
        "pūnaha@kauri.example",
        "hook@pūnaha.example",
    ],
)
def test_anything_else_is_no_sender(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        read_sender(text)
