"""`python -m hook.emulator`: the stand-in tenant, set up by environment variables."""

import sys

from . import create_emulator
from .server import build
from .settings import Settings, SettingsError
from .starting import announce


def main() -> int:
    """Serve until interrupted; return the exit status."""
    try:
        settings = Settings.from_env()
        app = create_emulator(settings)
    except SettingsError as error:
        print(f"hook.emulator: {error}", file=sys.stderr)
        return 2
    server = build(app, settings)
    announce(app, settings)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
