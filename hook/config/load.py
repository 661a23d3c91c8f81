"""Read the file, put environment values over it, check all, and tell all mistakes at once."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hook.config import urls
from hook.config.checks import check_flow, check_mail, check_secrets, check_tenant
from hook.config.flow import build_flow
from hook.config.mistakes import from_pydantic
from hook.config.secrets import Source
from hook.config.tables import ConfigTable, SmtpTable, TenantTable
from hook.errors import ConfigError, Mistake
from hook.mail import Server
from hook.policies import POLICIES
from hook.tenant import Config, Flow, Platform, Tenant
from hook.urls import origin_of

DEFAULT_FILE = "config.toml"
_OVERRIDE = "HOOK__"
# Stands in for a public_url that is itself a mistake, so that the rest can be checked.
_UNKNOWN_URL = "https://hook.example.org"

T = TypeVar("T", bound=BaseModel)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Load the configuration named by HOOK_CONFIG (default config.toml).

    An environment variable HOOK__KEY (HOOK__TENANTS__KAURI__NAME …) goes over the file's value; it
    is read as a TOML value, else as text. Raises ConfigError with every mistake found.
    """
    return check(*read(path, environ))


def read(
    path: Path | None = None, environ: Mapping[str, str] | None = None, managing: bool = False
) -> tuple[dict[str, Any], Source]:
    """Read the file with the variables over it, and where it came from; raises ConfigError."""
    environ = os.environ if environ is None else environ
    path = path or Path(environ.get("HOOK_CONFIG") or DEFAULT_FILE)
    source = Source(path.resolve().parent, environ, managing)
    return _override(_read(path), environ), source


def check(data: dict[str, Any], source: Source) -> Config:
    """Check all that was read; raises ConfigError with every mistake found."""
    file, mistakes = _validate(ConfigTable, data, source)
    smtp, found = _smtp(data, source)
    mistakes += found
    tenants: dict[str, Tenant] = {}
    raw = data.get("tenants")
    for slug, table in raw.items() if isinstance(raw, dict) else ():
        tenant, found = _tenant(slug, table, file.public_url if file else _UNKNOWN_URL, source)
        mistakes += found
        if tenant and "smtp" not in data:
            mistakes += check_mail(f"tenants.{slug}", tenant)
        if tenant:
            tenants[slug] = tenant
    mistakes += check_secrets(tenants)
    if mistakes or file is None:
        raise ConfigError([_with_variable(mistake, source.environ) for mistake in mistakes])
    return Config(
        public_url=file.public_url,
        database=file.database,
        cookie_keys=file.cookie_keys,
        vault_keys=_as_bytes(file.vault_keys),
        tenants=tenants,
        warnings=tuple(source.warnings),
        smtp=smtp,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        problem = "cannot be read; name the file in HOOK_CONFIG (config.example.toml is a start)"
    except tomllib.TOMLDecodeError as error:
        # The message names a place in the file, never its text.
        problem = f"is not TOML: {error}"
    raise ConfigError([Mistake(str(path), problem)])


def _override(data: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for name, text in environ.items():
        if name.startswith(_OVERRIDE) and name != _OVERRIDE:
            *tables, key = name.removeprefix(_OVERRIDE).lower().split("__")
            table = data
            for part in tables:
                table = table.setdefault(part, {})
                if not isinstance(table, dict):
                    raise ConfigError([Mistake(name, "there is no such table in the file")])
            table[key] = _value(text)
    return data


def _with_variable(mistake: Mistake, environ: Mapping[str, str]) -> Mistake:
    """Name the variable that set the option: nobody finds it in the file."""
    for name in environ:
        key = name.removeprefix(_OVERRIDE).lower().replace("__", ".")
        if name.startswith(_OVERRIDE) and f"{mistake.key}.".startswith(f"{key}."):
            return Mistake(mistake.key, f"{mistake.problem} (set by {name})")
    return mistake


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _validate(
    model: type[T], data: object, source: Source, key: str = ""
) -> tuple[T | None, list[Mistake]]:
    try:
        return model.model_validate(data, context={"source": source, "key": key}), []
    except ValidationError as error:
        return None, from_pydantic(error, key)


def _smtp(data: dict[str, Any], source: Source) -> tuple[Server | None, list[Mistake]]:
    if "smtp" not in data:
        return None, []
    table, mistakes = _validate(SmtpTable, data["smtp"], source, "smtp")
    if table is None:
        return None, mistakes
    return Server(**{**table.model_dump(), "password": table.password or ""}), []


def _tenant(
    slug: str, data: object, public_url: str, source: Source
) -> tuple[Tenant | None, list[Mistake]]:
    """Build one tenant, with all its mistakes: of the table, of the steps, of the whole flow."""
    key = f"tenants.{slug}"
    table, mistakes = _validate(TenantTable, data, source, key)
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return None, mistakes
    flow, found = build_flow(key, steps, source, public_url)
    found += check_flow(key, flow)
    if table is None or found:
        return None, mistakes + found
    platform, found = _platform(f"{key}.platform", table)
    tenant = _as_tenant(slug, table, public_url, tuple(step for _, step in flow), platform)
    return tenant, found + check_tenant(key, tenant)


def _platform(key: str, table: TenantTable) -> tuple[Platform | None, list[Mistake]]:
    """Fill in where the tenant is asked, and where tokens for that are had."""
    given, mistakes = table.platform, []
    if given is None:
        return None, []
    try:
        url = given.url or urls.api_url(origin_of(table.issuers[0]))
    except ValueError:
        url = ""
        mistakes.append(Mistake(f"{key}.url", "the first of issuers cannot be asked; give its URL"))
    auth_url = given.auth_url or urls.token_host(url)
    if url and not auth_url:
        problem = "say where API tokens for this tenant are had; its URL does not tell"
        mistakes.append(Mistake(f"{key}.auth_url", problem))
    audience = given.audience or url
    return Platform(url, auth_url, audience, given.client_id, given.client_secret), mistakes


def _as_tenant(
    slug: str, table: TenantTable, public_url: str, flow: Flow, platform: Platform | None
) -> Tenant:
    fold = table.fold_subject
    return Tenant(
        slug=slug,
        name=table.name,
        issuers=table.issuers,
        audiences=(f"{public_url}/{slug}", *table.audiences),
        secrets=_as_bytes(table.secrets),
        subject=table.subject,
        fold_subject=table.subject == "email" if fold is None else fold,
        person=table.person or (table.subject,),
        mail=table.mail,
        persist=table.persist,
        return_origins=table.return_origins,
        allow_missing_exp=table.allow_missing_exp,
        session_timeout=table.session_timeout,
        locale=table.locale,
        flow=flow,
        policy=POLICIES[table.policy],
        platform=platform,
    )


def _as_bytes(decoded: tuple[Any, ...]) -> tuple[bytes, ...]:
    # The tables are typed by what is written in the file; their validators give bytes.
    return tuple(decoded)
