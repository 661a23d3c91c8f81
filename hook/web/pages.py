"""Pages and redirects of journeys."""

from flask import Response, make_response, redirect, url_for

from hook.runner import At, Moved
from hook.tenant import Tenant
from hook.web.forms import JourneyForm
from hook.web.templates import render


def journey_url(tenant: Tenant, journey_id: str, step: str | None = None) -> str:
    """Give the path of a journey, or of one of its steps."""
    if step is None:
        return url_for("journey.look", slug=tenant.slug, journey_id=journey_id)
    return url_for("journey.step", slug=tenant.slug, journey_id=journey_id, name=step)


def go(tenant: Tenant, moved: Moved) -> Response:
    """Send the browser where the journey stands (303: it asks with GET)."""
    return to(journey_url(tenant, moved.journey_id, moved.step))


def to(path: str) -> Response:
    """Send the browser to a path of this hook."""
    return make_response(redirect(path, 303))


def step_page(tenant: Tenant, at: At, form: JourneyForm) -> Response:
    """Render the page of a step; 422 when the last submission had errors."""
    html = render(
        tenant,
        at.page.template,
        **at.page.values,
        at=at,
        title=at.step.title,
        person=at.person,
        errors=at.errors,
        typed=at.typed,
        form=form,
        cancel_url=url_for("journey.cancel", slug=tenant.slug, journey_id=at.journey_id),
    )
    return make_response(html, 422 if at.errors else 200)


def away_page(tenant: Tenant, url: str, back: bool) -> Response:
    """Render the page that sends the browser to another site by itself.

    It is a page and not a redirect: browsers that apply form-action to what follows a form would
    stop a redirect from here over the tenant to the wallet.
    """
    response = make_response(render(tenant, "leave.html", url=url, back=back, title="One moment"))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
