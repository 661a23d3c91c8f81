"""Pages and redirects of journeys."""

from flask import Response, make_response, redirect, url_for

from hook import qr
from hook.moves import At, Moved
from hook.refusals import STOPPED, Stopped
from hook.state import Ended, Pass
from hook.tenant import Tenant
from hook.web.context import hook
from hook.web.forms import JourneyForm
from hook.web.security import allow_script
from hook.web.templates import counted, render


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
    if at.lent:
        return _lent_page(tenant, at, at.lent, form)
    html = render(
        tenant,
        at.page.template,
        **at.page.values,
        at=at,
        title=at.step.title,
        script=at.page.script,
        person=at.person,
        errors=at.errors,
        typed=at.typed,
        form=form,
        cancel_url=url_for("journey.cancel", slug=tenant.slug, journey_id=at.journey_id),
    )
    response = make_response(html, 422 if at.errors else 200)
    if at.page.script:
        allow_script(response)
    return response


def _lent_page(tenant: Tenant, at: At, lent: Pass, form: JourneyForm) -> Response:
    """Render the page that waits while another device does the step; it loads itself again."""
    path = url_for("lending.show", slug=tenant.slug, journey_id=at.journey_id, token=lent.token)
    url = f"{hook().config.public_url}{path}"
    html = render(
        tenant,
        "lent.html",
        at=at,
        journey_url=journey_url(tenant, at.journey_id),
        title=at.step.title,
        person=at.person,
        form=form,
        qr=None if lent.browser else qr.svg(url, "QR code for your other device"),
        cancel_url=url_for("journey.cancel", slug=tenant.slug, journey_id=at.journey_id),
    )
    return make_response(html)


def over(tenant: Tenant) -> Response:
    """Send a device that has done its part to the page that says so."""
    return to(url_for("lending.over", slug=tenant.slug))


def stopped_by(tenant: Tenant, code: str) -> Stopped | None:
    """Find what visitors read with a code: of the table, or of the step that denies with it."""
    own = (step.denies() for step in tenant.flow)
    return next((codes[code] for codes in (STOPPED, *own) if code in codes), None)


def stopped_page(tenant: Tenant, public: Stopped, ended: Ended, now: int) -> Response:
    """Render the page that says why a journey was stopped, before the visitor goes back.

    Its link leads here once more: an answer is good for a minute, and reading takes its time.
    """
    minutes = -(-(ended.again - now) // 60) if ended.again > now else 0
    html = render(
        tenant,
        "stopped.html",
        title=public.title,
        public=public,
        leave_url=url_for("journey.look", slug=tenant.slug, journey_id=ended.id, leave="yes"),
        wait=waiting(minutes),
    )
    return make_response(html)


def waiting(minutes: int) -> str:
    """Say how long something takes, in the largest unit that fits; empty for no time."""
    for size, unit in ((1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return counted(-(-minutes // size), unit)
    return ""


def away_page(tenant: Tenant, url: str, back: bool) -> Response:
    """Render the page that sends the browser to another site by itself.

    It is a page and not a redirect: browsers that apply form-action to what follows a form would
    stop a redirect from here over the tenant to the wallet.
    """
    response = make_response(render(tenant, "leave.html", url=url, back=back, title="One moment"))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
