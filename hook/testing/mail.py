"""A real SMTP server for tests, and a throw-away authority that makes its certificates.

with MailSink() as sink:
    app = make_hook(toml(sink))     # or Mailer(sink.server())
    ...
    (mail,) = sink.messages         # there as soon as send() has returned
"""

import asyncio
import datetime
import ipaddress
import json
import ssl
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hook.mail import Server

HOST = "127.0.0.1"
SENDER = "Kauri Polytechnic <hook@kauri.example>"
_TAKEN = "250 OK"


class Authority:
    """Signs certificates that only who has `ca_file` trusts."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "ca.pem"
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign("A throw-away authority", self._key, None)
        self.ca_file.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """The context of a server whose certificate is for this host name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(host, key, _name(host))
        pem = self._folder / "server.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _sign(
        self, name: str, key: ec.EllipticCurvePrivateKey, host: x509.GeneralName | None
    ) -> x509.Certificate:
        # The real time, also in a test that turns the clock: OpenSSL asks the system.
        made = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        signer = _distinguished("A throw-away authority")
        builder = (
            x509.CertificateBuilder(signer, _distinguished(name), key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(made)
            .not_valid_after(made + datetime.timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(_usage(signs=host is None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


@dataclass
class MailSink:
    """Takes mails on 127.0.0.1 and keeps them; a context manager."""

    security: str = "none"
    """As in the configuration: starttls, tls or none. The first two need an authority."""
    authority: Authority | None = None
    certified: str = HOST
    """Host name or address in the certificate."""
    login: tuple[str, str] | None = None
    """Username and password, without which no mail is taken."""
    refused: frozenset[str] = frozenset()
    """Recipients that are not taken."""
    verdict: str = _TAKEN
    """What is said to a mail: anything but 250 does not take it."""
    smtputf8: bool = True
    """Whether addresses may have letters outside ASCII."""
    promises: tuple[str, ...] = ()
    """Further extensions that the server says it has, and has not."""
    rude: bool = False
    """Hangs up without a word when the client says goodbye."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    """Whom the messages were for, from the envelope."""
    greetings: list[str] = field(default_factory=list)
    """The names that clients greeted with: empty as long as nobody spoke to the server."""
    logins: list[tuple[str, str]] = field(default_factory=list)
    """All that was tried to log in with."""

    def __enter__(self) -> Self:
        tls = self.authority.context(self.certified) if self.authority else None
        self._controller = _Controller(
            _Handler(self),
            HOST,
            0,
            ssl_context=tls if self.security == "tls" else None,
            server_hostname="mail.test",
            tls_context=tls if self.security == "starttls" else None,
            enable_SMTPUTF8=self.smtputf8,
            # Where there is TLS from the first byte the library does not know of it.
            auth_require_tls=self.security == "starttls" or not self.login,
            authenticator=self._authenticate,
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.hang_up()
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    def server(self, **changes: Any) -> Server:
        """The server as a configuration names it; what is not changed is right."""
        username, password = self.login or ("", "")
        right = Server(
            host=HOST,
            port=self.port,
            security=self.security,
            username=username,
            password=password,
            sender=SENDER,
            timeout=10,
            ca_file=str(self.authority.ca_file) if self.authority else "",
        )
        return replace(right, **changes)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        tried = (data.login.decode(), data.password.decode())
        self.logins.append(tried)
        return AuthResult(success=tried == self.login, handled=False)


def toml(sink: MailSink, **changes: str | int) -> str:
    """The `[smtp]` block of a configuration for this server, with options changed.

    It goes to the end of the file, or before another table. The password stands in it as it is,
    which gives a warning.
    """
    server = sink.server()
    options = {
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "username": server.username,
        "password": server.password,
        "sender": server.sender,
        "timeout": server.timeout,
        "ca_file": server.ca_file,
    }
    lines = (
        f"{name} = {json.dumps(value)}" for name, value in (options | changes).items() if value
    )
    return "\n".join(("\n[smtp]", *lines, ""))


class _Handler:
    """What aiosmtpd asks at each command; the names and arguments are its own."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self._sink.greetings.append(name)
        promised = [f"250-{extension}" for extension in self._sink.promises]
        return [*responses[:-1], *promised, responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        if self._sink.login and not session.authenticated:
            return "530 Log in first"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return _TAKEN

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if to in self._sink.refused:
            return f"550 Nobody here is called {to}"
        envelope.rcpt_tos.append(to)
        return _TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._sink.verdict.startswith("250"):
            assert isinstance(envelope.content, bytes)
            # Lines end as they do in Python, so that a text can be compared with what was sent.
            content = envelope.content.replace(b"\r\n", b"\n")
            self._sink.messages.append(message_from_bytes(content, policy=default))
            self._sink.recipients += envelope.rcpt_tos
        return self._sink.verdict

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._sink.rude and server.transport:
            server.transport.close()
        return "221 Bye"


class _Controller(Controller):
    """A server on a free port that ends at once, whoever is still connected."""

    def factory(self) -> SMTP:
        smtp = SMTP(self.handler, loop=self.loop, **self.SMTP_kwargs)
        self._spoken = [*getattr(self, "_spoken", ()), smtp]
        return smtp

    def hang_up(self) -> None:
        for smtp in self._spoken:
            if smtp.transport:
                self.loop.call_soon_threadsafe(smtp.transport.close)

    def _trigger_server(self) -> None:
        # The library would connect to the port it was given, which is 0; it only wants to see one
        # protocol made.
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        self._factory_invoker()


def _distinguished(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
