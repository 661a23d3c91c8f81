"""/<tenant>/on/<journey>/<token>: one step of a journey on another device."""

from flask import Blueprint, Response, make_response, request

from hook.moves import Moved
from hook.passes import Passes
from hook.web import ahead
from hook.web.browser import new_key
from hook.web.context import hook, runner, tenant_of
from hook.web.forms import new_form, sent_form
from hook.web.pages import go
from hook.web.templates import render

blueprint = Blueprint("lending", __name__)
ahead.init_blueprint(blueprint)


@blueprint.get("/<slug>/on/done")
def over(slug: str) -> Response:
    """Tell a device that it has done its part."""
    page = render(tenant_of(slug), "over.html", title="Done on this device")
    return make_response(page)


@blueprint.get("/<slug>/on/<journey_id>/<token>")
def show(slug: str, journey_id: str, token: str) -> Response:
    """Ask whether this device shall do the step; naming whose journey it is."""
    tenant, browser = tenant_of(slug), hook().browser
    key = browser.read(request) or new_key()
    person = Passes(runner(tenant, key)).show(journey_id, token)
    if isinstance(person, Moved):
        return go(tenant, person)
    form = new_form(browser, key, journey_id)
    page = render(tenant, "pass.html", title="Go on here?", person=person, form=form)
    response = make_response(page)
    response.headers["Referrer-Policy"] = "same-origin"
    browser.write(response, key)
    return response


@blueprint.post("/<slug>/on/<journey_id>/<token>")
def take(slug: str, journey_id: str, token: str) -> Response:
    """Take the pass, and go to the step."""
    tenant, browser = tenant_of(slug), hook().browser
    key = browser.read(request) or new_key()
    sent_form(browser, key, journey_id)
    return go(tenant, Passes(runner(tenant, key)).take(journey_id, token))
