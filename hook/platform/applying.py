"""Change what a tenant knows of the hook, and see whether it does then know it."""

from hook.platform import api
from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import Registration
from hook.platform.plan import changes


def apply(client: Client, target: Registration) -> Registration:
    """Register the hook, and read back; raises PlatformError if it is not what was sent."""
    answer = api.register(client, target)
    there = api.registration(client)
    if there is None or changes(there, target):
        left = ", ".join(change.option for change in changes(there, target))
        raise PlatformError(f"The tenant accepted the change, and then shows another {left}.")
    return there if there.key else answer
