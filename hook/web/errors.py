"""Errors to pages. The one place with a broad except, and the one that logs a refusal."""

from flask import Flask, Response, make_response, request, url_for
from werkzeug.exceptions import HTTPException

from hook import audit
from hook.errors import PUBLIC, ArrivalRefused, HookError, PublicText, StoreUnavailable
from hook.web.context import hook
from hook.web.templates import render

_BY_STATUS = {
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "body_too_large",
    415: "media_type",
    429: "too_many_requests",
    500: "internal",
    503: "store_unavailable",
}
_RETRY_SECONDS = "5"


def init_app(app: Flask) -> None:
    """Turn every error into a page that says what happened and what to do."""
    app.register_error_handler(HookError, _refused)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _unforeseen)


def _refused(error: HookError) -> Response:
    event = "arrival_refused" if isinstance(error, ArrivalRefused) else "request_refused"
    audit.log(event, reason=error.code, detail=error.detail, tenant=_slug())
    response = _page(error.code, error.public)
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def _plain(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    code = _BY_STATUS.get(error.code, "bad_request")
    response = _page(code, PUBLIC[code])
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # The text of an error may hold what a visitor typed; where it was raised says enough.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else ""
    audit.log("failed", reason=type(error).__name__, detail=where, tenant=_slug())
    return _page("internal", PUBLIC["internal"])


def _slug() -> str:
    """Name the tenant of the path, if there is such a tenant: anything else is a visitor's text."""
    slug = (request.view_args or {}).get("slug", "")
    return slug if slug in hook().config.tenants else ""


def _page(code: str, public: PublicText) -> Response:
    args = request.view_args or {}
    journey_id = args.get("journey_id")
    again = ""
    if journey_id and public.status not in (404, 410):
        where = "lending.show" if "token" in args else "journey.look"
        again = url_for(where, **{name: each for name, each in args.items() if name != "name"})
    tenant = hook().config.tenants.get(args.get("slug", ""))
    html = render(tenant, "error.html", title=public.title, public=public, code=code, again=again)
    return make_response(html, public.status)
