"""Offers made at the issuer’s page, and the page of one: link, QR code, transaction code."""

import json
import secrets

from flask import redirect, render_template, request
from werkzeug import Response

from hook.emulator.api import offers
from hook.emulator.api.problems import ApiProblem
from hook.emulator.errors import Problem
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import params_of, with_params

from . import home, qr, summaries

# Said by the wallet where it asks for the code.
TRANSACTION_CODE = "It is shown on the issuer’s page, beside the offer."


def make(tenant: Tenant) -> Response | tuple[str, int]:
    """Make the offer that the form asks for."""
    ids = tuple(request.form.getlist("credentials"))
    try:
        made = _pre_authorized(tenant, ids) if _is_pre_authorized() else _with_login(tenant, ids)
    except ApiProblem as problem:
        said = [f"{each.param}: {each.msg}" for each in problem.details]
        return home.show(tenant, error="; ".join(said) or problem.message), 400
    except ValueError:
        return home.show(tenant, error="The claims are not a JSON object."), 400
    found = (tenant.state.configurations.get(each) for each in ids)
    offered = [(summaries.name_of(each), each.format) for each in found if each]
    key = secrets.token_urlsafe(8)
    tenant.state.offer_pages.put(key, {"offered": offered, **made})
    return redirect(f"{tenant.settings.tenant_url}/offers/{key}", 303)


def show(tenant: Tenant, key: str) -> str:
    """Show an offer. Raises `Problem`."""
    made = tenant.state.offer_pages.get(key)
    if made is None:
        raise Problem(404, "error", "No such offer", "This tenant remembers no such offer.")
    offer = params_of(made["uri"].partition("?")[2])
    return render_template(
        "emulator/pages/offer.html",
        settings=tenant.settings,
        made=made,
        qr=qr.svg(made["uri"], "The offer as a QR code"),
        wallet=with_params(f"{tenant.settings.wallet_url}/", dict(offer)),
    )


def _is_pre_authorized() -> bool:
    return request.form.get("flow") == "pre-authorized"


def _with_login(tenant: Tenant, ids: tuple[str, ...]) -> Json:
    hint = request.form.get("login_hint", "").strip()
    return {"uri": offers.offer(tenant, ids, {"login_hint": hint} if hint else None)}


def _pre_authorized(tenant: Tenant, ids: tuple[str, ...]) -> Json:
    """Make one. Raises `ApiProblem`, and ValueError for claims that are no JSON object."""
    claims = json.loads(request.form.get("claims", "").strip() or "{}")
    if not isinstance(claims, dict):
        raise ValueError("claims are an object")
    wanted: Json = {"credentials": ids, "claims": claims}
    if "transaction_code" in request.form:
        wanted["transactionCodeConfiguration"] = {"description": TRANSACTION_CODE}
    body = offers.PreAuthorizedBody.model_validate(wanted)
    return offers.pre_authorized_offer(tenant, body)
