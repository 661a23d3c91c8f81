"""Send mails over SMTP. Knows nothing of what they say."""

import re
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from hook.errors import MailUnavailable

# No quoted local parts: nobody has one, and each is a chance to be read in two ways.
_ATOM = r'[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]+'
_ADDRESS = re.compile(rf"({_ATOM})@({_ATOM})")
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")
# Line breaks end a header. What looks like an encoded word would be decoded by the library, and
# may hold a line break in turn.
_INJECTION = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]|=\?")


@dataclass(frozen=True)
class Server:
    """The server that takes our mails; `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    sender: str
    timeout: int
    ca_file: str


@dataclass(frozen=True)
class Message:
    """One mail to one address."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mailer:
    """Sends each mail over a connection of its own; without a server it sends none."""

    def __init__(self, server: Server | None) -> None:
        self._server = server

    @property
    def ready(self) -> bool:
        """Whether there is a server to send with."""
        return self._server is not None

    def send(self, message: Message) -> None:
        """Hand a mail over to the server; raises MailUnavailable.

        Returning means that the server has taken the mail, not that it has arrived.
        """
        if self._server is None:
            raise MailUnavailable("no server")
        try:
            _deliver(self._server, message)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # Their texts hold addresses and what the server said; the class says enough.
            raise MailUnavailable(type(error).__name__) from None


def read_sender(text: str) -> Address:
    """Read an address, or a name with an address in angle brackets; raises ValueError."""
    named = _NAMED.fullmatch(text)
    name, address = named.groups() if named else ("", text)
    if _INJECTION.search(text) or not address.isascii():
        raise ValueError("not a sender's address")
    return _address(address, name.strip().removeprefix('"').removesuffix('"'))


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Make a context that verifies certificate and host name; raises OSError for the file.

    The file's authorities are trusted in addition to those of the system.
    """
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _deliver(server: Server, message: Message) -> None:
    sender = read_sender(server.sender)
    mail = _compose(sender, message)
    with closing(_connect(server, sender.domain)) as smtp:
        # Anything but the two other words means STARTTLS: never plain text by mistake.
        if server.security not in ("tls", "none"):
            smtp.starttls(context=tls_context(server.ca_file))
        if server.username:
            smtp.login(server.username, server.password)
        # Asks for SMTPUTF8 where an address needs it, and fails where the server has it not.
        smtp.send_message(mail, sender.addr_spec, [message.to])
        # The mail is taken; how the server says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _connect(server: Server, own_name: str) -> smtplib.SMTP:
    # We greet with the sender's domain: looking up this machine's own name may take long.
    if server.security == "tls":
        context = tls_context(server.ca_file)
        return smtplib.SMTP_SSL(
            server.host, server.port, own_name, timeout=server.timeout, context=context
        )
    return smtplib.SMTP(server.host, server.port, own_name, timeout=server.timeout)


def _compose(sender: Address, message: Message) -> EmailMessage:
    if _INJECTION.search(message.subject):
        raise ValueError("a line break in the subject")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = _address(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = datetime.now(UTC)
    mail["Message-ID"] = make_msgid(domain=sender.domain)
    # No out-of-office replies (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    # Left to itself the library sends eight bits without asking whether the server takes them.
    mail.set_content(message.text, cte="quoted-printable")
    return mail


def _address(text: str, name: str = "") -> Address:
    parts = _ADDRESS.fullmatch(text)
    if parts is None or _INJECTION.search(text):
        raise ValueError("not one plain address")
    return Address(name, username=parts[1], domain=parts[2])
