"""The server's settings: its error log keeps nothing of what was sent."""

import logging
import runpy
from pathlib import Path

import pytest

from hook.calls.attempt import CALLS_MOST

CONF = runpy.run_path(str(Path(__file__).resolve().parents[1] / "gunicorn.conf.py"))


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Error handling request GET /kauri?session_token=SENT", "GET /kauri"),
        ("Invalid request from ip=::1: Invalid HTTP method: 'SENT'", "Invalid HTTP method"),
        ("Invalid request from ip=127.0.0.1: Invalid HTTP Header: 'Cookie SENT'", "HTTP Header"),
        ("Invalid request from ip=127.0.0.1: Invalid HTTP Header: 'a\nSENT'", "HTTP Header"),
        ("Worker exiting (pid: 17)", "pid: 17"),
    ],
)
def test_the_error_log_says_what_happened_and_not_what_was_sent(message: str, kept: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.INFO, "", 0, "%s", (message,), None)
    assert CONF["WithoutValues"]().filter(record)
    assert kept in record.getMessage()
    assert "SENT" not in record.getMessage()


def test_a_long_session_token_fits_into_the_request_line() -> None:
    assert CONF["limit_request_line"] > 4_000 + 200


def test_threads_are_left_for_visitors_while_calls_wait_for_other_systems() -> None:
    assert CONF["threads"] >= 2 * CALLS_MOST
