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

from . import home, made, qr, summaries

# Said by the wallet where it asks for the code.
TRANSACTION_CODE = "It is shown on the issuer’s page, beside the offer."


def make(tenant: Tenant) -> Response | tuple[str, int]:
    """Make the offer that the form asks for."""
    ids = tuple(request.form.getlist("credentials"))
    if not ids:
        return _not_made(tenant, "credentials", "Tick at least one credential.")
    try:
        offer = _pre_authorized(tenant, ids) if _is_pre_authorized() else _with_login(tenant, ids)
    except ApiProblem as problem:
        said = [f"{each.param}: {each.msg}" for each in problem.details]
        is_claims = any(each.param.startswith("claims") for each in problem.details)
        field = "claims" if is_claims else "credentials"
        return _not_made(tenant, field, "; ".join(said) or problem.message)
    except ValueError:
        return _not_made(tenant, "claims", "The claims are not a JSON object.")
    found = (tenant.state.configurations.get(each) for each in ids)
    offered = [(summaries.name_of(each), each.format) for each in found if each]
    key = secrets.token_urlsafe(8)
    kept = {"key": key, "at": tenant.now(), "offered": offered}
    tenant.state.offer_pages.put(key, kept | offer)
    return redirect(f"{tenant.settings.tenant_url}/offers/{key}", 303)


def show(tenant: Tenant, key: str) -> str:
    """Show an offer. Raises `Problem`."""
    found = tenant.state.offer_pages.get(key)
    if found is None:
        raise Problem(404, "error", "No such offer", "This tenant remembers no such offer.")
    offer = params_of(found["uri"].partition("?")[2])
    return render_template(
        "emulator/pages/offer.html",
        settings=tenant.settings,
        made=found,
        good=made.good(tenant, found),
        qr=qr.svg(found["uri"], "The offer as a QR code"),
        wallet=with_params(f"{tenant.settings.wallet_url}/", dict(offer)),
    )


def _not_made(tenant: Tenant, field: str, text: str) -> tuple[str, int]:
    flow = "pre-authorized" if _is_pre_authorized() else "authorization-code"
    return home.show(tenant, home.Mistake(flow, field, text)), 400


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
