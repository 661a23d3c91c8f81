"""`[smtp]`: the mail server of the configuration, and what is told of one that cannot be used."""

from pathlib import Path

import pytest

from hook.mail import Mailer, Message, Server
from hook.testing.mail import Authority, MailSink, toml
from tests.support.config_trial import Trial

HOST = 'host = "mail.example.org"'
SENDER = 'sender = "hook@example.org"'
SMTP = f"\n[smtp]\n{HOST}\n{SENDER}\n"
USER = 'username = "hook"\n'
PASSWORD = 'password = "env:MAIL_PASSWORD"\n'
SESAME = "open sesame-1"


def loaded(trial: Trial, more: str = SMTP, **environ: str) -> Server:
    """The server of a configuration that is good and gives no warning."""
    config = trial.load(more=more, **environ)
    assert config.warnings == ()
    assert config.smtp is not None
    return config.smtp


def test_without_the_table_there_is_no_server(trial: Trial) -> None:
    assert trial.load().smtp is None


def test_a_host_and_a_sender_are_enough(trial: Trial) -> None:
    assert loaded(trial) == Server(
        host="mail.example.org",
        port=587,
        security="starttls",
        username="",
        password="",
        sender="hook@example.org",
        timeout=10,
        ca_file="",
    )


@pytest.mark.parametrize(("line", "key"), [(HOST, "smtp.host"), (SENDER, "smtp.sender")])
def test_a_host_and_a_sender_are_missed_by_name(trial: Trial, line: str, key: str) -> None:
    assert trial.mistakes(more=SMTP.replace(line, "")) == {key: "this is missing"}


def test_all_options_may_be_given(trial: Trial, tmp_path: Path) -> None:
    Authority(tmp_path)
    more = 'port = 465\nsecurity = "tls"\ntimeout = 60\nca_file = "ca.pem"\n'
    server = loaded(trial, SMTP + USER + PASSWORD + more, MAIL_PASSWORD=SESAME)
    assert (server.port, server.security, server.timeout) == (465, "tls", 60)
    assert (server.username, server.password == SESAME) == ("hook", True)
    assert server.ca_file == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("port = 1", "port = 0", "1 or more"),
        ("port = 65535", "port = 65536", "65535 or less"),
        ("port = 25", 'port = "smtp"', "whole number"),
        ("timeout = 1", "timeout = 0", "1 or more"),
        ("timeout = 60", "timeout = 61", "60 or less"),
        ('security = "tls"', 'security = "ssl"', "starttls"),
        ('security = "starttls"', 'security = "STARTTLS"', "starttls"),
        ('username = ""', "username = 1", "quotation marks"),
        ('ca_file = ""', "ca_file = 1", "quotation marks"),
        ("", "strattls = true", "no such option"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_what_would_be_right(
    trial: Trial, good: str, bad: str, words: str
) -> None:
    assert loaded(trial, f"{SMTP}{good}\n")
    found = trial.mistakes(more=f"{SMTP}{bad}\n")
    assert list(found) == [f"smtp.{bad.partition(' ')[0]}"]
    assert words in "".join(found.values())


@pytest.mark.parametrize(
    "host", ["mail.example.org", "MAIL.example.org", "192.0.2.1", "2001:db8::1"]
)
def test_a_host_is_a_name_or_an_address(trial: Trial, host: str) -> None:
    assert loaded(trial, SMTP.replace("mail.example.org", host)).host == host.lower()


@pytest.mark.parametrize(
    "host",
    ["", "smtp://sentinel.example", "sentinel.example:25", "sentinel example", "192.0.2.256",
     "[2001:db8::1]", "sentinel.example\\n", "sentinēl.example"],
)  # fmt: skip
def test_anything_else_is_no_host_and_is_not_shown(trial: Trial, host: str) -> None:
    found = trial.mistakes(more=SMTP.replace("mail.example.org", host))
    assert list(found) == ["smtp.host"]
    assert "host name" in found["smtp.host"]
    assert "sentin" not in found["smtp.host"]


def test_a_sender_may_have_a_name(trial: Trial) -> None:
    named = "Te Kura Kauri – pūnaha <hook@example.org>"
    assert loaded(trial, SMTP.replace("hook@example.org", named)).sender == named


@pytest.mark.parametrize(
    "sender",
    ["", "sentinel", "sentinel <hook@example.org", "sentinel@example.org, hook@example.org",
     "sentinel\\r\\nBcc: x <hook@example.org>", "sentinēl@example.org"],
)  # fmt: skip
def test_anything_else_is_no_sender_and_is_not_shown(trial: Trial, sender: str) -> None:
    found = trial.mistakes(more=SMTP.replace("hook@example.org", sender))
    assert list(found) == ["smtp.sender"]
    assert "use an address" in found["smtp.sender"]
    assert "sentin" not in found["smtp.sender"]


def test_a_username_and_a_password_need_each_other(trial: Trial) -> None:
    assert loaded(trial, SMTP + USER + PASSWORD, MAIL_PASSWORD=SESAME)
    alone = trial.mistakes(more=SMTP + USER)
    assert alone == {"smtp.password": "there is a username, so a password is needed"}
    alone = trial.mistakes(more=SMTP + PASSWORD, MAIL_PASSWORD=SESAME)
    assert alone == {"smtp.password": "there is no username to log in with"}


def test_a_password_in_the_file_itself_is_accepted_with_a_warning(trial: Trial) -> None:
    config = trial.load(more=f'{SMTP}{USER}password = "{SESAME}"\n')
    assert config.warnings == ("smtp.password: a secret stands in the file; use env: or file:",)
    assert config.smtp is not None
    assert (config.smtp.password == SESAME) is True


def test_a_password_may_come_from_a_file(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "mail.secret").write_text(f"{SESAME}\n")
    server = loaded(trial, f'{SMTP}{USER}password = "file:mail.secret"\n')
    assert (server.password == SESAME) is True


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('"env:NOT_THERE"', "NOT_THERE is not set"),
        ('"file:not.there"', "cannot be read"),
        ('"file:empty"', "must not be empty"),
        ('""', "must not be empty"),
        ('"file:two.lines"', "ASCII"),
        ('"sentinēl"', "ASCII"),
        ("17", "env:NAME"),
    ],
)
def test_a_password_that_cannot_be_used_is_told_and_never_shown(
    trial: Trial, tmp_path: Path, written: str, words: str
) -> None:
    (tmp_path / "empty").write_text("")
    (tmp_path / "two.lines").write_text("sentinel\n\n")
    found = trial.mistakes(more=f"{SMTP}{USER}password = {written}\n")
    assert list(found) == ["smtp.password"]
    assert words in found["smtp.password"]
    assert "sentin" not in found["smtp.password"]


def test_a_password_does_not_show_when_the_configuration_is_printed(trial: Trial) -> None:
    config = trial.load(more=SMTP + USER + PASSWORD, MAIL_PASSWORD=SESAME)
    assert "mail.example.org" in repr(config)
    assert (SESAME in repr(config)) is False


UNENCRYPTED = f'{SMTP}security = "none"\n'


def test_mails_that_leave_the_machine_unencrypted_are_warned_of(trial: Trial) -> None:
    config = trial.load(more=UNENCRYPTED)
    assert config.warnings == ("smtp.security: mails travel unencrypted",)
    assert config.smtp is not None
    assert config.smtp.security == "none"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "::1"])
def test_mails_to_a_server_on_this_machine_may_be_unencrypted_even_with_a_login(
    trial: Trial, host: str
) -> None:
    here = UNENCRYPTED.replace("mail.example.org", host)
    assert loaded(trial, here)
    assert loaded(trial, here + USER + PASSWORD, MAIL_PASSWORD=SESAME)


@pytest.mark.parametrize("host", ["mail.example.org", "localhost.example.org", "127.0.0.2"])
def test_a_password_is_never_sent_to_another_machine_unencrypted(trial: Trial, host: str) -> None:
    there = UNENCRYPTED.replace("mail.example.org", host) + USER + PASSWORD
    assert trial.mistakes(more=there, MAIL_PASSWORD=SESAME) == {
        "smtp.username": "the password would travel unencrypted; use starttls or tls"
    }
    assert loaded(trial, there.replace('"none"', '"tls"'), MAIL_PASSWORD=SESAME)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("not.there", "cannot be read"),
        (".", "cannot be read"),
        ("no.pem", "must be PEM"),
        ("empty.pem", "must be PEM"),
        ("nul\\u0000", "cannot be read"),
    ],
)
def test_a_ca_file_without_a_certificate_is_refused(
    trial: Trial, tmp_path: Path, name: str, words: str
) -> None:
    Authority(tmp_path)
    (tmp_path / "no.pem").write_text("This is no certificate.\n")
    (tmp_path / "empty.pem").write_text("")
    assert loaded(trial, f'{SMTP}ca_file = "ca.pem"\n')
    found = trial.mistakes(more=f'{SMTP}ca_file = "{name}"\n')
    assert list(found) == ["smtp.ca_file"]
    assert words in found["smtp.ca_file"]


def test_a_ca_file_may_stand_elsewhere(trial: Trial, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    path = Authority(folder).ca_file
    assert loaded(trial, f'{SMTP}ca_file = "{path.as_posix()}"\n').ca_file == str(path)


def test_what_is_no_table_is_refused(trial: Trial) -> None:
    change = ('database    = "sqlite:///hook.db"', 'smtp = "mail.example.org"')
    assert trial.mistakes(change) == {"smtp": "use a table"}


def test_the_environment_goes_over_the_table_or_makes_it(trial: Trial) -> None:
    environ = {
        "HOOK__SMTP__HOST": "other.example.org",
        "HOOK__SMTP__SENDER": "Kauri <kauri@example.org>",
        "HOOK__SMTP__PORT": "2525",
        "HOOK__SMTP__USERNAME": "hook",
        "HOOK__SMTP__PASSWORD": "env:MAIL_PASSWORD",
        "MAIL_PASSWORD": SESAME,
    }
    over, made = loaded(trial, SMTP, **environ), loaded(trial, "", **environ)
    assert over == made
    assert (made.host, made.port, made.username) == ("other.example.org", 2525, "hook")
    assert made.sender == "Kauri <kauri@example.org>"
    assert (made.password == SESAME) is True


def test_a_mistake_that_the_environment_made_names_the_variable(trial: Trial) -> None:
    found = trial.mistakes(more=SMTP, HOOK__SMTP__PASSWORD="sentinel")
    assert found == {
        "smtp.password": "there is no username to log in with (set by HOOK__SMTP__PASSWORD)"
    }


def test_mistakes_of_the_table_are_told_together_with_all_others(trial: Trial) -> None:
    bad = '\n[smtp]\nhost = "no host"\nsecurity = "none"\nusername = "hook"\ntimeout = 0\n'
    found = trial.mistakes(('"terms.md"', '"other.md"'), more=bad, HOOK_COOKIE_KEY="short")
    assert set(found) == {
        "cookie_keys[0]",
        "smtp.host",
        "smtp.password",
        "smtp.sender",
        "smtp.timeout",
        "tenants.kauri.steps[0].text",
    }


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_goes_to_the_server_of_the_configuration(
    trial: Trial, tmp_path: Path, security: str
) -> None:
    trusted = None if security == "none" else Authority(tmp_path)
    with MailSink(security, trusted, login=("hook", SESAME)) as sink:
        config = trial.load(more=toml(sink, password="env:MAIL_PASSWORD"), MAIL_PASSWORD=SESAME)
        assert config.warnings == ()
        Mailer(config.smtp).send(Message("mere@example.org", "Kia ora", "Kia ora!\n"))
    assert sink.recipients == ["mere@example.org"]
    assert config.smtp == sink.server()
