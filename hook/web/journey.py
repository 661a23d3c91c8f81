"""/<tenant>/<journey>/…: the one view of all steps, the way to cancel, the way back."""

from flask import Blueprint, Response, make_response, request

from hook.errors import RequestRefused
from hook.moves import At, Away, Moved, Over
from hook.passes import Passes
from hook.state import Ended
from hook.tenant import Tenant
from hook.web import ahead
from hook.web.context import browser_key, hook, runner, tenant_of
from hook.web.forms import BACK, LEND, new_form, plain, sent_form
from hook.web.pages import (
    away_page,
    go,
    journey_url,
    over,
    step_page,
    stopped_by,
    stopped_page,
    to,
)
from hook.web.templates import render

blueprint = Blueprint("journey", __name__)
ahead.init_blueprint(blueprint)
_LEAVING = ("user_cancelled", "not_me")


@blueprint.get("/<slug>/<journey_id>")
def look(slug: str, journey_id: str) -> Response:
    """Go on to the current step; after the end, go back to the tenant."""
    tenant = tenant_of(slug)
    run = runner(tenant, browser_key())
    where = run.look(journey_id)
    if isinstance(where, Over):
        return over(tenant)
    if not isinstance(where, Ended):
        return go(tenant, where if isinstance(where, Moved) else Moved(journey_id, where.step.name))
    url = run.answer(where)
    if url is None:
        return make_response(render(tenant, "done.html", title="You’re done here"))
    stopped = stopped_by(tenant, where.outcome)
    if stopped and "leave" not in request.args:
        return stopped_page(tenant, stopped, where, run.now)
    return away_page(tenant, url, back=True)


@blueprint.get("/<slug>/<journey_id>/<name>")
def step(slug: str, journey_id: str, name: str) -> Response:
    """Show the step, if it is the current one; else go where the journey stands."""
    tenant, key = tenant_of(slug), browser_key()
    run = runner(tenant, key)
    if request.query_string:
        return _after(tenant, key, run.resume(journey_id, name, plain(request.args)))
    where = run.look(journey_id, name)
    if isinstance(where, Over):
        return over(tenant)
    if isinstance(where, At) and where.step.name == name:
        return step_page(tenant, where, new_form(hook().browser, key, journey_id))
    return to(journey_url(tenant, journey_id))


@blueprint.post("/<slug>/<journey_id>/<name>")
def submit(slug: str, journey_id: str, name: str) -> Response:
    """Judge what was sent to a step."""
    tenant, key = tenant_of(slug), browser_key()
    sent = sent_form(hook().browser, key, journey_id)
    run = runner(tenant, key)
    if BACK in request.form:
        return go(tenant, run.go_back(journey_id, name, sent))
    if LEND in request.form:
        return go(
            tenant, Passes(run).lend(journey_id, name, sent, wanted=request.form[LEND] == "yes")
        )
    return _after(tenant, key, run.submit(journey_id, name, sent))


@blueprint.get("/<slug>/<journey_id>/cancel")
def cancel(slug: str, journey_id: str) -> Response:
    """Ask whether to stop; naming whose journey it is."""
    tenant, key = tenant_of(slug), browser_key()
    person = runner(tenant, key).person_of(journey_id)
    html = render(
        tenant,
        "cancel.html",
        title="Stop here?",
        person=person,
        form=new_form(hook().browser, key, journey_id),
        journey_url=journey_url(tenant, journey_id),
    )
    return make_response(html) if person else to(journey_url(tenant, journey_id))


@blueprint.post("/<slug>/<journey_id>/cancel")
def confirm_cancel(slug: str, journey_id: str) -> Response:
    """End the journey as the visitor wishes; the tenant is told."""
    tenant, key = tenant_of(slug), browser_key()
    reason = sent_form(hook().browser, key, journey_id).one("reason")
    if reason not in _LEAVING:
        raise RequestRefused("form_malformed")
    return go(tenant, runner(tenant, key).cancel(journey_id, reason))


def _after(tenant: Tenant, key: str, where: At | Moved | Away | Over) -> Response:
    match where:
        case At():
            return step_page(tenant, where, new_form(hook().browser, key, where.journey_id))
        case Away():
            return away_page(tenant, where.url, back=False)
        case Over():
            return over(tenant)
        case Moved():
            return go(tenant, where)
