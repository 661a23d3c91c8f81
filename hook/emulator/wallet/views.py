"""The wallet's pages: what is in it, an offer to say yes or no to, the way back from the issuer."""

import secrets
from typing import NamedTuple

from flask import redirect, render_template, request
from werkzeug import Response

from hook.emulator import texts
from hook.emulator.errors import Problem
from hook.emulator.tenant import Tenant

from . import client, keys, metadata, offers
from .client import Refused
from .collecting import collect
from .held import COOKIE, Attempt, Holder, Holders, Refusal
from .metadata import Issuer
from .offers import Offer


class Asked(NamedTuple):
    """An offer and who makes it."""

    offer: Offer
    issuer: Issuer


def home(holders: Holders, tenant: Tenant) -> str:
    """Show the cards, or the offer that the address holds. Raises `Problem`."""
    written = request.args.get("credential_offer") or request.args.get("offer")
    if written is not None:
        return _consent(tenant, _asked(written))
    holder = _holder(holders)
    cards = list(reversed(holder.cards.all())) if holder else []
    return render_template("emulator/wallet/home.html", settings=tenant.settings, cards=cards)


def accept(holders: Holders, tenant: Tenant) -> Response | tuple[str, int]:
    """Take an offer: send the browser to log in, or get the credential at once.

    Raises `Problem`.
    """
    asked = _asked(request.form.get("offer", ""))
    holder = _holder(holders) or Holder()
    holders.put(holder.id, holder)
    if not asked.offer.code:
        return _with(holder, redirect(_away(tenant, holder, asked), 303))
    try:
        code = request.form.get("tx_code", "").strip()
        token = client.redeem_offer(asked.issuer, asked.offer, code)
    except Refused as refused:
        return _consent(tenant, asked, refused.why or str(refused)), 400
    return _with(holder, _get(tenant, holder, asked, token))


def back(holders: Holders, tenant: Tenant) -> Response:
    """Take the browser back from the issuer (RFC 6749 section 4.1.2). Raises `Problem`."""
    holder, state = _holder(holders), request.args.get("state", "")
    attempt = holder.attempts.take(state) if holder else None
    if holder is None or attempt is None:
        text = (
            "This wallet did not ask for that, or not in this browser, or has its answer already."
        )
        raise Problem(400, "error", "Nothing to pick up", text)
    asked = Asked(attempt.offer, attempt.issuer)
    if "code" not in request.args or "error" in request.args:
        why = request.args.get("error_description") or request.args.get("error", "")
        refused = Refused("The issuer does not issue the credential.", why)
        return _refuse(tenant, holder, asked, refused, state)
    try:
        token = client.redeem(
            asked.issuer, request.args["code"], attempt.verifier, _back_here(tenant)
        )
    except Refused as refused:
        return _refuse(tenant, holder, asked, refused, state)
    return _get(tenant, holder, asked, token, state)


def card(holders: Holders, tenant: Tenant, key: str) -> str:
    """Show one card. Raises `Problem`."""
    holder = _holder(holders)
    found = holder.cards.get(key) if holder else None
    if found is None:
        raise Problem(404, "error", "No such card", "This wallet does not hold such a card.")
    shown = texts.pretty(found.read)
    return render_template(
        "emulator/wallet/card.html", settings=tenant.settings, card=found, shown=shown
    )


def remove(holders: Holders, tenant: Tenant, key: str) -> Response:
    """Throw a card away."""
    if holder := _holder(holders):
        holder.cards.take(key)
    return redirect(f"{tenant.settings.wallet_url}/", 303)


def refusal(holders: Holders, tenant: Tenant, key: str) -> str:
    """Show why there is no credential. Raises `Problem`."""
    holder = _holder(holders)
    found = holder.refusals.get(key) if holder else None
    if found is None:
        raise Problem(404, "error", "Nothing to show", "This wallet knows of no such refusal.")
    return render_template("emulator/wallet/refused.html", settings=tenant.settings, refusal=found)


def _asked(written: str) -> Asked:
    try:
        offer = offers.read(written)
        return Asked(offer, metadata.read(offer.issuer))
    except (offers.BadOffer, metadata.BadIssuer) as error:
        raise Problem(400, "error", "This offer cannot be taken", str(error)) from error


def _consent(tenant: Tenant, asked: Asked, error: str = "") -> str:
    found = [asked.issuer.kinds.get(each) for each in asked.offer.configurations]
    kinds = [kind for kind in found if kind]
    if len(kinds) < len(found):
        text = "The issuer offers a credential that its own list does not have."
        raise Problem(400, "error", "This offer cannot be taken", text)
    return render_template(
        "emulator/wallet/offer.html",
        settings=tenant.settings,
        offer=asked.offer,
        issuer=asked.issuer,
        kinds=kinds,
        error=error,
    )


def _away(tenant: Tenant, holder: Holder, asked: Asked) -> str:
    state, verifier = secrets.token_urlsafe(16), keys.verifier()
    holder.attempts.put(state, Attempt(asked.offer, asked.issuer, verifier))
    return client.authorization_url(asked.issuer, asked.offer, state, verifier, _back_here(tenant))


def _back_here(tenant: Tenant) -> str:
    return f"{tenant.settings.wallet_url}/cb"


def _get(
    tenant: Tenant, holder: Holder, asked: Asked, token: client.Token, state: str = ""
) -> Response:
    try:
        ours = _is_ours(tenant, asked.issuer)
        made = collect(holder, asked.offer, asked.issuer, token, tenant.clock(), ours)
    except Refused as refused:
        return _refuse(tenant, holder, asked, refused, state)
    path = f"cards/{made[0]}" if len(made) == 1 else ""
    return redirect(f"{tenant.settings.wallet_url}/{path}", 303)


def _refuse(tenant: Tenant, holder: Holder, asked: Asked, refused: Refused, state: str) -> Response:
    key = secrets.token_urlsafe(8)
    ours = _is_ours(tenant, asked.issuer)
    journey = f"{asked.issuer.url}/journeys?state={state}" if ours and state else ""
    holder.refusals.put(key, Refusal(str(refused), refused.why, asked.issuer.name, journey))
    return redirect(f"{tenant.settings.wallet_url}/refusals/{key}", 303)


def _is_ours(tenant: Tenant, issuer: Issuer) -> bool:
    return issuer.url == tenant.settings.tenant_url


def _holder(holders: Holders) -> Holder | None:
    return holders.get(request.cookies.get(COOKIE, ""))


def _with(holder: Holder, response: Response) -> Response:
    response.set_cookie(COOKIE, holder.id, httponly=True, samesite="Lax")
    return response
