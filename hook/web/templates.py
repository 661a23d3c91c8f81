"""Templates: strict about names, a tenant's own first; static files named by their content."""

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, url_for
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined

from hook.steps.base import Step
from hook.tenant import Config, Tenant

_YEAR = 31_536_000
_UNITS = {"m": "minute", "h": "hour", "d": "day"}


def init_app(app: Flask, config: Config) -> None:
    """Set up what templates may use, and find the templates that tenants bring."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR
    app.jinja_env.loader = ChoiceLoader([*_loaders(app), *_loaders_of_steps(config)])
    static = Path(app.static_folder or "")
    app.extensions["hook templates"] = frozenset(app.jinja_env.list_templates())
    app.jinja_env.filters["duration"] = duration_in_words
    app.jinja_env.globals.update(
        static_url=_static_url(static),
        brands={slug for slug in config.tenants if (static / f"tenants/{slug}.css").is_file()},
    )


def _loaders(app: Flask) -> list[BaseLoader]:
    return [app.jinja_env.loader] if app.jinja_env.loader else []


def _loaders_of_steps(config: Config) -> list[BaseLoader]:
    """Find the folders templates/ beside steps from outside; ours come first."""
    kinds = {type(step) for tenant in config.tenants.values() for step in tenant.flow}
    # Also those of the steps that it is derived from.
    steps = {base for kind in kinds for base in kind.__mro__ if issubclass(base, Step)}
    folders = {_home(step) / "templates" for step in steps if not _is_ours(step)}
    return [FileSystemLoader(folder) for folder in sorted(folders) if folder.is_dir()]


def _is_ours(step: type[Step]) -> bool:
    return step.__module__.startswith("hook.")


def _home(step: type[Step]) -> Path:
    file = getattr(sys.modules[step.__module__], "__file__", None)
    return Path(file).parent if file else Path()


def render(tenant: Tenant | None, name: str, **values: Any) -> str:
    """Render a template: the tenant's own (templates/tenants/<slug>/…) or the common one."""
    if tenant is not None:
        own = f"tenants/{tenant.slug}/{name}"
        name = own if own in current_app.extensions["hook templates"] else name
    return render_template(name, tenant=tenant, **values)


def duration_in_words(duration: str) -> str:
    """Say a duration as options have it: "7d" is “7 days”."""
    return counted(int(duration[:-1]), _UNITS[duration[-1]])


def counted(count: int, unit: str) -> str:
    """Say how many of a unit there are: “1 day”, “7 days”."""
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _static_url(static: Path) -> Any:
    @cache
    def static_url(name: str) -> str:
        digest = hashlib.sha256((static / name).read_bytes()).hexdigest()
        return url_for("static", filename=name, v=digest[:12])

    return static_url
