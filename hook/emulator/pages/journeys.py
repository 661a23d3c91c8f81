"""The inspector: one journey from beginning to end, as a page and as JSON."""

from dataclasses import asdict
from typing import Any

from flask import jsonify, redirect, render_template, request
from werkzeug import Response

from hook.emulator import texts
from hook.emulator.errors import Problem
from hook.emulator.journey import tokens
from hook.emulator.state import Journey, Json
from hook.emulator.tenant import Tenant

from . import reading, summaries
from .trace import trace

# The platform advises to keep the whole return URL within this many characters.
URL_BUDGET = 2000


def show(tenant: Tenant, key: str) -> str:
    """Show a journey. Raises `Problem`."""
    journey = _journey(tenant, key)
    arrival, answer = reading.arrival_of(journey), reading.answer_of(journey)
    user = tenant.state.users.get(journey.user_id)
    return render_template(
        "emulator/pages/journey.html",
        settings=tenant.settings,
        line=summaries.line(tenant, journey),
        outcomes=summaries.OUTCOMES,
        message=journey.message or summaries.why(journey),
        journey=journey,
        legs=reading.legs(journey),
        answered=answer is not None and answer.good,
        url_length=answer.carried.get("url_length") if answer else None,
        budget=URL_BUDGET,
        user=texts.pretty(user) if user else "",
        kept=user["claims"] if user else {},
        trace=trace(tenant.settings.hook_log, _state(arrival)),
        events=[(each.name, texts.pretty(each.data)) for each in tenant.state.events.of(key)],
    )


def find(tenant: Tenant) -> Response:
    """Lead to the journey that a wallet began with a state of its own; without one to all."""
    state, base = request.args.get("state", ""), tenant.settings.tenant_url
    found = tenant.state.journeys.find(lambda each: each.request.get("state") == state)
    return redirect(f"{base}/journeys/{found.id}" if state and found else f"{base}/#journeys", 302)


def as_json(tenant: Tenant, key: str) -> Response:
    """Give a journey to a program. Raises `Problem`."""
    return jsonify(_told(tenant, _journey(tenant, key)))


def mine(tenant: Tenant) -> Response:
    """Give the journey of a wallet's access token to that wallet. Raises `ApiProblem`."""
    return jsonify(_told(tenant, tokens.bearer(tenant)))


def _journey(tenant: Tenant, key: str) -> Journey:
    found = tenant.state.journeys.get(key)
    if found is None:
        text = "This tenant remembers no such journey. It forgets when it is restarted or reset."
        raise Problem(404, "error", "No such journey", text)
    return found


def _told(tenant: Tenant, journey: Journey) -> Json:
    return {
        "id": journey.id,
        "url": f"{tenant.settings.tenant_url}/journeys/{journey.id}",
        "grant": journey.grant,
        "outcome": summaries.outcome(journey),
        "message": journey.message,
        "request": journey.request,
        "userId": journey.user_id,
        "loginClaims": journey.login_claims,
        "hookClaims": journey.hook_claims,
        "persisted": list(journey.persisted),
        "issued": journey.issued,
        "hops": [asdict(hop) for hop in journey.hops],
        "events": [each._asdict() for each in tenant.state.events.of(journey.id)],
    }


def _state(arrival: Any) -> str:
    return str(arrival.carried["session_token"]["payload"]["state"]) if arrival else ""
