"""Running the stand-in tenant on this machine."""

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import create_emulator
from .settings import LOOPBACK, Settings


class QuietHandler(WSGIRequestHandler):
    """Writes the log without queries: that is where the tokens are."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log method, path and status."""
        self.path = getattr(self, "path", "").partition("?")[0]
        super().log_request(code, size)


def build(settings: Settings) -> BaseWSGIServer:
    """Make a threaded server on the tenant's port that only this machine can reach."""
    app = create_emulator(settings)
    return make_server(LOOPBACK, settings.port, app, threaded=True, request_handler=QuietHandler)
