"""Requests that no visitor made: they do nothing and consume nothing (T54)."""

from flask import Blueprint, Response, request

from hook.errors import RequestRefused

_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def init_blueprint(blueprint: Blueprint) -> None:
    """Answer HEAD with nothing; refuse loading ahead of time, or as a part of another page."""

    @blueprint.before_request
    def check() -> Response | None:
        if request.method == "HEAD":
            return Response()
        purposes = " ".join(request.headers.get(name, "") for name in _AHEAD).lower()
        if "prefetch" in purposes or "preview" in purposes:
            raise RequestRefused("prefetch")
        if request.headers.get("Sec-Fetch-Dest", "document") != "document":
            raise RequestRefused("embedded")
        return None
