"""flask data-map: what is read, sent, written and kept for each tenant, for a privacy notice."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import click

from hook.cli.parts import refuse, stop
from hook.config.load import load
from hook.errors import ConfigError
from hook.steps.base import Step
from hook.tenant import Tenant

_HEAD = (
    "| Step | Reads from the login | Sends to | Writes into the credential | Keeps | How long |\n"
    "|---|---|---|---|---|---|"
)
_NONE = "–"


@click.command("data-map")
@click.argument("slug", required=False)
def data_map(slug: str | None) -> None:
    """Print, as Markdown, which claims are read, sent, written and kept; for one tenant or all."""
    try:
        tenants = load().tenants
    except ConfigError as error:
        stop(error)
    if slug is not None and slug not in tenants:
        refuse(f"There is no such tenant; there is {', '.join(tenants)}.")
    chosen = [tenants[slug]] if slug is not None else list(tenants.values())
    click.echo("\n\n".join(_table(tenant) for tenant in chosen))


def _table(tenant: Tenant) -> str:
    rows = [_row(step) for step in tenant.flow]
    return "\n".join(
        (
            f"## {tenant.name} ({tenant.slug})",
            "",
            f"Who the visitor is: `{tenant.subject}`, kept as a keyed hash where a step keeps "
            f"something. Shown on pages: {_claims(tenant.person)}. For notices by mail: "
            f"`{tenant.mail}`. May be persisted by the platform: {_claims(tenant.persist)}.",
            "",
            _HEAD,
            *rows,
            "",
            "What a visitor types is kept sealed until the journey ends, at most until its "
            "deadline; the answer for ten minutes after that.",
        )
    )


def _row(step: Step) -> str:
    reads = step.looks_at()
    kept = step.stores
    what, how_long = (kept.what, kept.how_long) if kept else (_NONE, _NONE)
    if step.counts and not kept:
        what, how_long = "how often it was tried", "until the limit’s time is over, at most a day"
    name = f"{step.title} (`{step.name}`)"
    cells = (name, _claims(reads), _sent(step), _claims(step.writes()), what, how_long)
    return f"| {' | '.join(cells)} |"


def _sent(step: Step) -> str:
    # Of a URL no more than the host: whatever else stands in it may be a secret.
    sent = ((urlsplit(url).hostname, paths) for url, paths in sorted(step.sends().items()))
    return "; ".join(f"`{host}`: {_claims(paths)}" for host, paths in sent) or _NONE


def _claims(paths: Iterable[str]) -> str:
    return ", ".join(f"`{path}`" for path in sorted(paths)) or _NONE
