"""`python -m hook.emulator`: the stand-in tenant, set up by environment variables."""

import sys

from .server import build
from .settings import Settings, SettingsError


def main() -> int:
    """Serve until interrupted; return the exit status."""
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(f"hook.emulator: {error}", file=sys.stderr)
        return 2
    server = build(settings)
    print(
        f"Stand-in tenant at {settings.tenant_url}, sending visitors to {settings.hook_url}."
        " Stop with Ctrl+C.",
        flush=True,
    )
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
