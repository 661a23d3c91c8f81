"""flask tenant doctor: what is amiss at the tenant, why that matters, and what mends it."""

import sys
from collections.abc import Sequence

import click

from hook.cli.tenant.parts import FOUND, as_json, open_tenant, show, tell, the_slug
from hook.platform.doctor import Finding, examine, gather


@click.command("doctor")
@the_slug
@as_json
def doctor(slug: str | None, as_json: bool) -> None:
    """Look the tenant of SLUG over; exit with 1 if there is an error."""
    desk = open_tenant(slug)
    managed = desk.managed
    found = examine(gather(desk.client, managed.tenant, managed.platform, managed.places))
    if as_json:
        show({"tenant": managed.tenant.slug, "findings": [each.as_json() for each in found]})
    else:
        _tell(desk.name, found)
    sys.exit(FOUND if any(finding.level == "error" for finding in found) else 0)


def _tell(name: str, found: Sequence[Finding]) -> None:
    for finding in found:
        tell(f"{finding.level}: {finding.what}")
        tell(f"  Why it matters: {finding.why}")
        tell(f"  What mends it: {finding.mend}")
    counts = [
        f"{count} {level}{'' if count == 1 else 's'}"
        for level in ("error", "warning", "note")
        if (count := sum(finding.level == level for finding in found))
    ]
    tell(f"{name}: {', '.join(counts) or 'all is well'}.")
