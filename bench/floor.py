"""The floor: what Flask and gunicorn cost for the same requests and pages when nothing is checked.

It does: route the same four requests, take the same tokens and forms in, render the hook's own
templates to pages of the same size, set a cookie of the same size, redirect in the same places.

It does not: look at the token, the cookie, the form or where a request came from; keep anything;
sign or encrypt anything; set security headers; log. What it renders is fixed when it starts: URLs,
names, form token and answer are texts, so nothing but the rendering is paid for in a request.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template
from jinja2 import StrictUndefined
from markupsafe import Markup

_ROOT = Path(__file__).resolve().parent.parent
_ID = "q3Zt0-1bXv9KfLm2Rp7sYw"
_COOKIE = f"__Host-hook={_ID}.{'s' * 43}; Secure; HttpOnly; Max-Age=86400; Path=/; SameSite=Lax"

_TENANTS = {
    "kauri": SimpleNamespace(slug="kauri", name="Kauri Polytechnic", locale="en"),
    "rimu": SimpleNamespace(slug="rimu", name="Rimu College", locale="en"),
}
_ANSWERS = {"kauri": "p" * 360, "rimu": "p" * 242}  # the form's answer holds claims
_RETURN_URLS = {
    slug: f"https://{slug}.vii.nz01.mattr.global/v1/openid/callback?interaction=17"
    f"&session_token={'h' * 36}.{payload}.{'s' * 43}"
    for slug, payload in _ANSWERS.items()
}
_CSRF = Markup('<input id="_csrf" name="_csrf" type="hidden" value="{}">').format("t" * 43)
_LINES = (_ROOT / "examples/terms.md").read_text(encoding="utf-8").splitlines()
_TERMS = Markup("\n").join(Markup("<li>{}</li>").format(line) for line in _LINES if line)


def _at(name: str, kind: str) -> SimpleNamespace:
    plain = {"is_guest": False, "may_be_lent": False, "back": False}
    step = SimpleNamespace(name=name, kind=kind)
    return SimpleNamespace(number=1, count=1, step=step, **plain)


def _field(name: str, label: str, **more: Any) -> SimpleNamespace:
    empty = {"hint": "", "required": False, "editable": True, "choices": (), "autocomplete": ""}
    none = {"earliest": "", "latest": "", "sent": ()}
    return SimpleNamespace(name=name, label=label, **{**empty, **none, **more})


_CHOICES = [SimpleNamespace(value=text, label=text) for text in ("she/her", "he/him", "they/them")]
_FIELDS = [
    _field(
        "preferred_name",
        "Preferred name",
        type="text",
        hint="The name you want people to use.",
        required=True,
        autocomplete="nickname",
        sent=("Ripeka Tamihana",),
    ),
    _field("pronouns", "Pronouns", type="select", choices=_CHOICES),
    _field("birth_date", "Date of birth", type="date", latest="2026-11-22", autocomplete="bday"),
]
_PAGES: dict[str, dict[str, Any]] = {
    "kauri": {
        "template": "steps/claims_form.html",
        "title": "About you",
        "at": _at("profile", "claims_form"),
        "intro": "These go on your student card.",
        "fields": _FIELDS,
    },
    "rimu": {
        "template": "steps/terms.html",
        "title": "Terms of use",
        "at": _at("terms", "terms"),
        "html": _TERMS,
        "version": "2026-11",
    },
}

app = Flask("floor", root_path=str(_ROOT), static_folder="static", template_folder="templates")
app.jinja_env.undefined = StrictUndefined
app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
app.jinja_env.globals.update(
    static_url="/static/{}?v=0123456789ab".format,
    brands=frozenset(),
)


@app.get("/<slug>")
def arrive(slug: str) -> Response:
    """Send the browser to the step."""
    response = make_response(redirect(f"/{slug}/{_ID}/{_PAGES[slug]['at'].step.name}", 303))
    response.headers["Set-Cookie"] = _COOKIE
    return response


@app.get("/<slug>/<journey_id>/<name>")
def step(slug: str, journey_id: str, name: str) -> str:
    """Render the page of the step."""
    page = _PAGES[slug]
    return render_template(
        page["template"],
        **page,
        tenant=_TENANTS[slug],
        person="Ripeka Tamihana",
        errors={},
        typed=None,
        form={"_csrf": _CSRF},
        cancel_url=f"/{slug}/{_ID}/cancel",
    )


@app.post("/<slug>/<journey_id>/<name>")
def submit(slug: str, journey_id: str, name: str) -> Response:
    """Send the browser to the end."""
    return make_response(redirect(f"/{slug}/{_ID}", 303))


@app.get("/<slug>/<journey_id>")
def answer(slug: str, journey_id: str) -> str:
    """Render the page that goes back to the tenant."""
    return render_template(
        "leave.html", tenant=_TENANTS[slug], url=_RETURN_URLS[slug], back=True, title="One moment"
    )
