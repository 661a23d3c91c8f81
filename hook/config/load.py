"""Read the file, put environment values over it, check all, and tell all mistakes at once."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hook.config.checks import check_tenant
from hook.config.flow import build_flow
from hook.config.mistakes import from_pydantic
from hook.config.secrets import Source
from hook.config.tables import ConfigTable, TenantTable
from hook.errors import ConfigError, Mistake
from hook.tenant import Config, Tenant

DEFAULT_FILE = "config.toml"
_OVERRIDE = "HOOK__"


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Load the configuration named by HOOK_CONFIG (default config.toml).

    An environment variable HOOK__KEY (HOOK__TENANTS__KAURI__NAME …) goes over the file's value; it
    is read as a TOML value, else as text. Raises ConfigError with every mistake found.
    """
    environ = os.environ if environ is None else environ
    path = path or Path(environ.get("HOOK_CONFIG", DEFAULT_FILE))
    source = Source(path.resolve().parent, environ)
    data = _override(_read(path), environ)
    try:
        table = ConfigTable.model_validate(data, context={"source": source})
    except ValidationError as error:
        raise ConfigError(from_pydantic(error) + _flow_mistakes(data, source.folder)) from None
    return _build(table, source)


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
        if name.startswith(_OVERRIDE):
            *tables, key = name.removeprefix(_OVERRIDE).lower().split("__")
            table = data
            for part in tables:
                table = table.setdefault(part, {})
                if not isinstance(table, dict):
                    raise ConfigError([Mistake(name, "there is no such table in the file")])
            table[key] = _value(text)
    return data


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _flow_mistakes(data: Mapping[str, Any], folder: Path) -> list[Mistake]:
    """Find the mistakes inside steps, so that they are told together with those around them."""
    mistakes: list[Mistake] = []
    tenants = data.get("tenants")
    for slug, table in tenants.items() if isinstance(tenants, dict) else ():
        steps = table.get("steps") if isinstance(table, dict) else None
        if isinstance(steps, list) and all(isinstance(step, dict) for step in steps):
            mistakes += build_flow(f"tenants.{slug}", tuple(steps), folder)[1]
    return mistakes


def _build(table: ConfigTable, source: Source) -> Config:
    mistakes: list[Mistake] = []
    tenants: dict[str, Tenant] = {}
    for slug, tenant_table in table.tenants.items():
        key = f"tenants.{slug}"
        flow, found = build_flow(key, tenant_table.steps, source.folder)
        tenants[slug] = _tenant(slug, tenant_table, table.public_url, flow)
        mistakes += found or check_tenant(key, tenants[slug])
    if mistakes:
        raise ConfigError(mistakes)
    return Config(
        public_url=table.public_url,
        database=table.database,
        cookie_keys=table.cookie_keys,
        vault_keys=_as_bytes(table.vault_keys),
        tenants=tenants,
        warnings=tuple(source.warnings),
    )


def _tenant(slug: str, table: TenantTable, public_url: str, flow: tuple[Any, ...]) -> Tenant:
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
        persist=table.persist,
        return_origins=table.return_origins,
        allow_missing_exp=table.allow_missing_exp,
        session_timeout=table.session_timeout,
        locale=table.locale,
        flow=flow,
    )


def _as_bytes(decoded: tuple[Any, ...]) -> tuple[bytes, ...]:
    # The tables are typed by what is written in the file; their validators give bytes.
    return tuple(decoded)
