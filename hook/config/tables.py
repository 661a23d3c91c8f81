"""The tables of the TOML file as they are written: every option, its default, one line of why."""

import ipaddress
import re
import ssl
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from hook.config import urls
from hook.config.secrets import (
    cookie_key,
    login_text,
    mail_password,
    reference,
    resolve,
    resolve_optional,
    shared_secret,
    shared_secrets,
    vault_key,
    warn,
)
from hook.mail import read_sender, tls_context
from hook.policies import find as find_policy
from hook.steps.conditions import WrittenCondition
from hook.steps.fields import ClaimPath
from hook.steps.options import matching

RESERVED_SLUGS = frozenset({"static", "healthz", "readyz"})
RESERVED_STEPS = frozenset({"cancel"})
# What is sent there does not leave the machine.
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def _slug(slug: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug) or slug in RESERVED_SLUGS:
        raise ValueError("use small letters, digits and hyphens for a tenant's name in the URL")
    return slug


def _policy(name: str) -> str:
    return find_policy(name).name


def _mail_host(host: str) -> str:
    host = host.lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not urls.HOST.fullmatch(host):
            raise ValueError("only a host name such as mail.example.org; no URL, no port") from None
    return host


def _security(security: str, info: ValidationInfo) -> str:
    # A host that is itself a mistake is not in the data; then nothing can be said of it.
    if security == "none" and info.data.get("host") not in (None, *_THIS_MACHINE):
        warn(info, "mails travel unencrypted")
    return security


def _username(name: str, info: ValidationInfo) -> str:
    host = info.data.get("host")
    if name and info.data.get("security") == "none" and host not in (None, *_THIS_MACHINE):
        raise ValueError("the password would travel unencrypted; use starttls or tls")
    return login_text(name)


def _sender(text: str) -> str:
    try:
        read_sender(text)
    except ValueError:
        raise ValueError(
            "use an address such as hook@example.org, or Name <hook@example.org>"
        ) from None
    return text


def _ca_file(name: str, info: ValidationInfo) -> str:
    if not name:
        return ""
    path = str((info.context or {})["source"].folder / name)
    try:
        tls_context(path)
    except ssl.SSLError:
        raise ValueError("there is no certificate in this file; it must be PEM") from None
    except (OSError, ValueError):
        raise ValueError("this file cannot be read") from None
    return path


Secret = BeforeValidator(resolve)
CookieKey = Annotated[str, Secret, AfterValidator(cookie_key)]
VaultKey = Annotated[str, Secret, AfterValidator(vault_key)]
SharedSecret = Annotated[str, Secret, AfterValidator(shared_secret)]
MailPassword = Annotated[
    str | None, BeforeValidator(resolve_optional), AfterValidator(mail_password)
]
Reference = Annotated[str, AfterValidator(reference)]
Issuer = Annotated[str, AfterValidator(urls.issuer)]
ReturnOrigin = Annotated[str, AfterValidator(urls.return_origin)]
Some = Field(min_length=1)
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Table(BaseModel):
    """A table of the file: unknown keys are refused, values never appear in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class StepTable(BaseModel):
    """What every step has; all other keys are options of its kind."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    kind: str
    """Which step this is: notice, terms, claims_form, or a dotted path to a class of your own."""
    name: Annotated[
        str,
        matching(r"[a-z0-9][a-z0-9_-]{0,40}", "use up to 41 small letters, digits, - and _"),
    ]
    """Name in the URL and in records; unique in the flow, small letters, digits, - and _."""
    title: Text
    """Heading of the page."""
    when: WrittenCondition = None
    """Condition under which the step is asked, as a table; default: always."""
    other_device: bool = False
    """Offer to do this step on another device, by a QR code; only for kinds that allow it."""


class PlatformTable(Table):
    """`[tenants.<slug>.platform]`: how `flask tenant` reaches the tenant; the hook never does."""

    url: Annotated[str, AfterValidator(urls.api_url)] = ""
    """Where the tenant is asked; default: the first of issuers."""
    auth_url: Annotated[str, AfterValidator(urls.auth_url)] = ""
    """Where API tokens are had; default for a tenant at mattr.global: its region's."""
    client_id: Text
    """The API client that the commands are."""
    client_secret: Reference
    """Its secret, by env: or file:; read by the commands only, and when they need it."""
    audience: str = ""
    """What a token is asked for; default: url."""


class TenantTable(Table):
    """`[tenants.<slug>]`: one tenant; the slug is the path of its hook URL."""

    name: Annotated[Text, matching(r"(?!.*=\?).*", 'leave out "=?": no mail could bear the name')]
    """What visitors read as the name of the organisation."""
    issuers: Annotated[tuple[Issuer, ...], Some]
    """Accepted `iss`, exact: the tenant's URL; a custom domain is one more."""
    secrets: Annotated[tuple[SharedSecret, ...], BeforeValidator(shared_secrets)]
    """The secret as the platform shows it, by env: or file:; current first, then previous."""
    subject: ClaimPath
    """The claim that names the person, for steps that keep records."""
    fold_subject: bool | None = None
    """Whether capital and small letters are one person; default: only for email."""
    person: tuple[ClaimPath, ...] = ()
    """Claims for “Signed in as …”, the first that is there; default: the subject."""
    mail: ClaimPath = "email"
    """The claim with the person's e-mail address, for notices about their second factors."""
    persist: tuple[ClaimPath, ...] = ()
    """Claims that may be listed in claimsToPersist; default none, ever."""
    policy: Annotated[str, AfterValidator(_policy)] = ""
    """A policy profile that the tenant keeps, such as "nz-dcip"; default none."""
    return_origins: tuple[ReturnOrigin, ...] = ()
    """Where redirectUrl may point; default: the origin of the token's `iss`."""
    audiences: tuple[Text, ...] = ()
    """Further accepted `aud`, exact: other spellings of the hook URL."""
    allow_missing_exp: bool = False
    """Accept tokens without `exp`, which then end at `iat` + session_timeout."""
    session_timeout: Annotated[int | None, Field(ge=60, le=86_400)] = None
    """The tenant's sessionTimeoutInSec: a journey ends at `iat` + this, if that is before `exp`."""
    locale: Annotated[
        str, matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", 'use a language tag such as "en-NZ"')
    ] = "en"
    """Language of the pages' texts, for the `lang` attribute and in records of terms."""
    platform: PlatformTable | None = None
    """`[tenants.<slug>.platform]`: how `flask tenant` reaches the tenant's API."""
    steps: Annotated[tuple[dict[str, Any], ...], Some]
    """`[[tenants.<slug>.steps]]`: the flow, in order."""


class SmtpTable(Table):
    """`[smtp]`: the server that takes the hook's mails; options are checked in this order."""

    host: Annotated[str, AfterValidator(_mail_host)]
    """Host name or IP address of the server; its certificate must be for this name."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """587 goes with starttls, 465 with tls."""
    security: Annotated[Literal["starttls", "tls", "none"], AfterValidator(_security)] = "starttls"
    """starttls, tls (from the first byte), or none: for a server on this machine."""
    username: Annotated[str, AfterValidator(_username)] = ""
    """Who logs in; without it nobody does."""
    password: MailPassword = Field(default=None, validate_default=True)
    """The password that goes with username, by env: or file:."""
    sender: Annotated[str, AfterValidator(_sender)]
    """Who the mails are from: an address, or Name <address>."""
    timeout: Annotated[int, Field(ge=1, le=60)] = 10
    """Seconds to wait for each answer of the server; a visitor waits as long."""
    ca_file: Annotated[str, AfterValidator(_ca_file)] = ""
    """PEM file of further authorities for its certificate, beside the configuration file."""


class ConfigTable(Table):
    """The whole file."""

    public_url: Annotated[str, AfterValidator(urls.public_url)]
    """What browsers see: hook URLs, cookie and Origin checks hang on it."""
    database: Annotated[str, AfterValidator(urls.database)] = "sqlite:///hook.db"
    """sqlite:///file.db, or postgresql://user@host/database for several machines."""
    cookie_keys: Annotated[tuple[CookieKey, ...], Some]
    """Keys of the browser cookie: the first signs, all verify; 32 characters or more each."""
    vault_keys: Annotated[tuple[VaultKey, ...], Some]
    """Keys of what is kept: the first seals, all open; `flask vault new-key` prints one."""
    smtp: Any = None
    """`[smtp]`: the server that takes the hook's mails; without it none are sent."""
    tenants: Annotated[dict[Annotated[str, AfterValidator(_slug)], Any], Some]
    """The tenants, by the path of their hook URL."""
