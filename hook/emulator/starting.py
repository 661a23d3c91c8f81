"""What is said at the start, and what the log leaves out."""

import logging
import re

from flask import Flask

from .settings import Settings

_QUERY = re.compile(r"\?\S*")


class _WithoutQueries(logging.Filter):
    """Takes queries out of the lines of requests: that is where the tokens are."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without_query, record.args))
        return True


def _without_query(part: object) -> object:
    return _QUERY.sub("", part) if isinstance(part, str) else part


_without_queries = _WithoutQueries()


def announce(app: Flask, settings: Settings) -> None:
    """Say where the tenant is and what it assumes; from now on the log has paths only."""
    logging.getLogger("werkzeug").addFilter(_without_queries)
    switches = app.extensions["emulator"].state.switches
    print(
        f"Stand-in tenant at {settings.tenant_url}, its wallet at {settings.wallet_url},"
        f" sending visitors to {settings.hook_url}. Stop with Ctrl+C.",
        "It assumes, where the platform publishes nothing:",
        *(f"  {line}" for line in switches.lines()),
        sep="\n",
        flush=True,
    )
