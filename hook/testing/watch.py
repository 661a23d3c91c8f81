"""What a test may look at behind the pages: the rows of the database, the lines of the log."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, select

from hook.store.tables import metadata

Rows = dict[str, list[dict[str, Any]]]


def rows(app: Flask) -> Rows:
    """All rows of all tables, as they are stored."""
    engine = create_engine(app.extensions["hook"].config.database)
    try:
        with engine.connect() as connection:
            return {
                table.name: [
                    dict(row._mapping)
                    for row in connection.execute(select(table).order_by(*table.primary_key))
                ]
                for table in metadata.sorted_tables
            }
    finally:
        engine.dispose()


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(record.getMessage()))


class Log:
    """The audit lines written while it was watched."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self._lines = lines

    def events(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The lines of an event that have these fields."""
        return [
            line
            for line in self._lines
            if line["event"] == event and fields.items() <= line.items()
        ]

    def reasons(self, event: str) -> list[str]:
        """The reasons that an event was logged with, in order."""
        return [line.get("reason", "") for line in self.events(event)]

    def __contains__(self, text: str) -> bool:
        return text in json.dumps(self._lines)


@contextmanager
def watched_log() -> Iterator[Log]:
    """Watch the audit log."""
    keeper, logger = _Keeper(), logging.getLogger("hook.audit")
    logger.addHandler(keeper)
    try:
        yield Log(keeper.lines)
    finally:
        logger.removeHandler(keeper)
