"""Browsers that logged in before."""

import secrets
from uuid import uuid4

from flask import request
from werkzeug import Response

from hook.emulator.state import Journey, Session
from hook.emulator.tenant import Tenant

COOKIE = "emulator_session"


def known(tenant: Tenant) -> Session | None:
    """Find the session of this browser; none once its user is gone."""
    session = tenant.state.sessions.get(request.cookies.get(COOKIE, ""))
    return session if session and tenant.state.users.get(session.user_id) else None


def begin(tenant: Tenant, journey: Journey) -> str:
    """Begin a session for the user of a journey; gives the cookie's value."""
    value = secrets.token_urlsafe(24)
    session = Session(str(uuid4()), journey.user_id, journey.login_claims)
    tenant.state.sessions.put(value, session)
    journey.session_id = session.id
    return value


def remember(tenant: Tenant, response: Response, value: str) -> Response:
    """Give the browser its cookie."""
    secure = tenant.settings.tenant_url.startswith("https:")
    # Lax: the wallet's link and the login provider's redirect come from other sites.
    response.set_cookie(COOKIE, value, secure=secure, httponly=True, samesite="Lax")
    return response
