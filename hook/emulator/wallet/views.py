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
from .collecting import collect, told
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
        _check_is_page()
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
        return _with(tenant, holder, redirect(_away(tenant, holder, asked), 303))
    try:
        code = request.form.get("tx_code", "").strip()
        token = client.redeem_offer(asked.issuer, asked.offer, code)
    except Refused as refused:
        if not refused.is_for_good:
            return _consent(tenant, asked, refused.why or str(refused)), 400
        over = Refused("This offer is over. Ask for another.", refused.why)
        return _with(tenant, holder, _refuse(tenant, holder, asked, over))
    return _with(tenant, holder, _get(tenant, holder, asked, token))


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
        return _refuse(tenant, holder, asked, refused, _begun_with(asked, state))
    try:
        token = client.redeem(
            asked.issuer, request.args["code"], attempt.verifier, _back_here(tenant)
        )
    except Refused as refused:
        return _refuse(tenant, holder, asked, refused, _begun_with(asked, state))
    return _get(tenant, holder, asked, token)


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


def _check_is_page() -> None:
    """Raise `Problem` where the browser wants a picture, say: another site's page asks for it."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise Problem(403, "error", "Not a page", "An offer is opened as a page of its own.")


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


def _get(tenant: Tenant, holder: Holder, asked: Asked, token: client.Token) -> Response:
    try:
        ours = _is_ours(tenant, asked.issuer)
        made = collect(holder, asked.offer, asked.issuer, token, tenant.clock(), ours)
    except Refused as refused:
        journey = str(told(asked.issuer, token).get("url", "")) if ours else ""
        return _refuse(tenant, holder, asked, refused, journey)
    path = f"cards/{made[0]}" if len(made) == 1 else ""
    return redirect(f"{tenant.settings.wallet_url}/{path}", 303)


def _begun_with(asked: Asked, state: str) -> str:
    """Give where the stand-in shows the journey that began with a state of ours."""
    return f"{asked.issuer.url}/journeys?state={state}"


def _refuse(
    tenant: Tenant, holder: Holder, asked: Asked, refused: Refused, journey: str = ""
) -> Response:
    """Keep why there is no credential, and show it; only the stand-in shows journeys."""
    key, shown = secrets.token_urlsafe(8), journey if _is_ours(tenant, asked.issuer) else ""
    holder.refusals.put(key, Refusal(str(refused), refused.why, asked.issuer.name, shown))
    return redirect(f"{tenant.settings.wallet_url}/refusals/{key}", 303)


def _is_ours(tenant: Tenant, issuer: Issuer) -> bool:
    return issuer.url == tenant.settings.tenant_url


def _holder(holders: Holders) -> Holder | None:
    return holders.get(request.cookies.get(COOKIE, ""))


def _with(tenant: Tenant, holder: Holder, response: Response) -> Response:
    secure = tenant.settings.wallet_url.startswith("https:")
    response.set_cookie(COOKIE, holder.id, secure=secure, httponly=True, samesite="Lax")
    return response
