"""What a view needs of the app: the tenant of the path, the browser, the runner."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request

from hook.errors import JourneyRefused
from hook.mail import Mailer
from hook.runner import Runner
from hook.store import Store
from hook.tenant import Config, Tenant
from hook.web.browser import Browser, digest


@dataclass(frozen=True)
class Hook:
    """The parts of the app that live as long as the process."""

    config: Config
    store: Store
    mailer: Mailer
    browser: Browser
    clock: Callable[[], int]


def hook() -> Hook:
    """Give the parts of the current app."""
    found: Hook = current_app.extensions["hook"]
    return found


def tenant_of(slug: str) -> Tenant:
    """Give the tenant of a path. Raises JourneyRefused."""
    tenant = hook().config.tenants.get(slug)
    if tenant is None:
        raise JourneyRefused("not_found")
    return tenant


def browser_key() -> str:
    """Give the key of the browser that asks. Raises JourneyRefused without one."""
    key = hook().browser.read(request)
    if key is None:
        raise JourneyRefused("journey_unknown", "no cookie")
    return key


def runner(tenant: Tenant, key: str) -> Runner:
    """Make the runner for this tenant, this browser and this moment."""
    parts = hook()
    origin, now = parts.config.public_url, parts.clock()
    return Runner(parts.store, parts.mailer, tenant, digest(key), origin, now)
