"""How gunicorn serves the hook. What differs between machines comes from the environment."""

import logging
import os
import re
from pathlib import Path
from typing import Any

# A proxy or container opens this to others on purpose, never by default.
bind = os.environ.get("HOOK_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HOOK_WORKERS", "2"))
worker_class = "gthread"
# More than the four that may wait for other systems (hook/calls).
threads = int(os.environ.get("HOOK_THREADS", "8"))

# Workers share the memory of one loaded app, and a wrong configuration stops the start at once
# instead of every worker in turn.
preload_app = True

# The session token comes in the query: the default of 4094 would answer a long one with 414
# before the hook sees it. 8190 is the most that gunicorn allows.
limit_request_line = 8190
# No browser sends more than about thirty fields; a Referer may hold the same long address.
limit_request_fields = 64
limit_request_field_size = 8190

# Longer than the 60 s for which common proxies keep a connection, so that it is the proxy that
# closes it: the other way round, a request on its way meets a closed connection and becomes a 502.
keepalive = 75
# Shorter than the 10 s after which container engines kill; a page takes far less.
graceful_timeout = 8

# Nobody's word on scheme, host or address is taken: all the hook needs to know of itself is
# public_url in its configuration, and a header that nobody reads cannot be forged.
forwarded_allow_ips = ""

# The access log would hold the token, twice (request line and Referer), and writes the path
# percent-decoded, so that a visitor could forge lines. The hook logs its own.
accesslog = None
# Nothing uses it, and the folder it is made in may be read-only.
control_socket_disable = True
# Workers show that they are alive by touching a file: on a slow disk that alone can block them.
if Path("/dev/shm").is_dir():  # noqa: S108 - the kernel's own memory disk, not a guessable file
    worker_tmp_dir = "/dev/shm"  # noqa: S108


class WithoutValues(logging.Filter):
    """Keep what was sent out of the error log: queries, and what stood in malformed requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the finished message, as the value may be in the text or in its arguments."""
        message = record.getMessage().partition("?")[0]
        record.msg = re.sub(
            r"(Invalid request from ip=\S*: [A-Za-z ]*).*", r"\1", message, flags=re.S
        )
        record.args = None
        return True


def on_starting(server: Any) -> None:
    """Clean the error log from the first line on."""
    server.log.error_log.addFilter(WithoutValues())
