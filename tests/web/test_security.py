"""What holds for every request and every response."""

import gzip
import re
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from hook.testing.hooks import NOTICE, PROFILE, TERMS, Clock, MakeHook
from hook.testing.tokens import token
from hook.testing.visitor import Visitor
from hook.testing.watch import rows

STATIC = Path(__file__).resolve().parents[2] / "static"
PAGE_MOST = 14 * 1024


def test_every_page_has_the_strict_headers(visitor: Visitor) -> None:
    pages = [
        visitor.arrive(),
        visitor.send({"answer": "nonsense"}),
        visitor.cancel(),
        visitor.get("/nowhere/at/all"),
        visitor.get("/healthz"),
    ]
    assert [page.status for page in pages] == [200, 422, 200, 404, 200]
    for page in pages:
        headers = page.response.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_pages_with_a_form_let_the_browser_name_its_origin(visitor: Visitor) -> None:
    assert visitor.arrive().response.headers["Referrer-Policy"] == "same-origin"


def test_the_page_that_carries_the_answer_names_no_referrer(visitor: Visitor) -> None:
    visitor.arrive()
    assert visitor.cancel().response.headers["Referrer-Policy"] == "no-referrer"


def test_pages_hold_no_script_and_no_inline_style(visitor: Visitor) -> None:
    for page in (visitor.arrive(), visitor.send({"answer": "accept"}), visitor.cancel()):
        assert not re.search(r"<script|<style|\son\w+=|\sstyle=|javascript:", page.html)


def test_localhost_gets_no_hsts(make_hook: MakeHook) -> None:
    local = {"HOOK__PUBLIC_URL": "http://localhost:8000"}
    response = make_hook(environ=local).test_client().get("/healthz")
    assert "Strict-Transport-Security" not in response.headers


def test_a_static_file_may_be_kept_because_its_url_names_its_content(visitor: Visitor) -> None:
    page = visitor.arrive()
    (href,) = re.findall(r'href="(/static/hook\.css\?v=\w+)"', page.html)
    response = visitor.browser.get(href, base_url=visitor.origin)
    assert response.status_code == 200
    assert "max-age=31536000" in response.headers["Cache-Control"]
    response.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://hook.example.org"}, 200),
        ({"Origin": "https://hook.example.org", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://hook.example.org", "Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://hook.example.org.evil.example"}, 403),
        ({"Origin": "http://hook.example.org"}, 403),
        ({"Origin": "https://hook.example.org", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://hook.example.org", "Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_form_counts_only_from_this_origin(
    visitor: Visitor, headers: dict[str, str], status: int
) -> None:
    visitor.arrive()
    assert visitor.send({"answer": "accept"}, headers=headers).status == status


def test_an_old_browser_that_names_no_origin_still_needs_the_form_token(visitor: Visitor) -> None:
    first = visitor.arrive()
    path, data = first.url, {"answer": "accept"}
    refused = visitor.browser.post(path, data=data, base_url=visitor.origin)
    accepted = visitor.browser.post(
        path, data={**first.reader.hidden, **data}, base_url=visitor.origin
    )
    assert (refused.status_code, accepted.status_code) == (400, 303)


def test_a_form_token_of_another_journey_is_refused(visitor: Visitor) -> None:
    other = visitor.arrive(state="another-journey")
    visitor.arrive()
    assert visitor.send({"_csrf": other.reader.hidden["_csrf"], "answer": "accept"}).status == 400
    visitor.arrive()
    assert visitor.send({"answer": "accept"}).step == "profile"


@pytest.mark.parametrize("token", ["", "x", "é", "\x00", "a" * 5000])
def test_a_form_token_that_is_none_is_refused(visitor: Visitor, token: str) -> None:
    visitor.arrive()
    assert visitor.send({"_csrf": token, "answer": "accept"}).reason == "form_expired"


def test_a_refused_form_leads_back_to_the_step(visitor: Visitor) -> None:
    visitor.arrive()
    refused = visitor.send({"_csrf": "x", "answer": "accept"})
    assert visitor.get(refused.reader.links[0]).step == "terms"


def test_a_new_cookie_key_closes_no_open_form(make_hook: MakeHook, clock: Clock) -> None:
    before = Visitor(make_hook())
    seen = before.arrive()
    keys = {"HOOK__COOKIE_KEYS": '["env:NEW", "env:HOOK_COOKIE_KEY"]', "NEW": "n3w" + "k3y" * 5}
    keys["NEW"] = "".join(chr(97 + i % 23) for i in range(40))
    after = Visitor(make_hook(environ=keys))
    cookie = before.browser.get_cookie("__Host-hook", "hook.example.org")
    assert cookie is not None
    after.browser.set_cookie("__Host-hook", cookie.value, domain="hook.example.org", secure=True)
    after.seen = seen
    assert after.send({"answer": "accept"}).step == "profile"


def test_a_cookie_of_a_key_that_was_removed_is_no_cookie(make_hook: MakeHook) -> None:
    before = Visitor(make_hook())
    seen = before.arrive()
    new = {"HOOK_COOKIE_KEY": "".join(chr(97 + i % 23) for i in range(40))}
    after = Visitor(make_hook(environ=new))
    cookie = before.browser.get_cookie("__Host-hook", "hook.example.org")
    assert cookie is not None
    after.browser.set_cookie("__Host-hook", cookie.value, domain="hook.example.org", secure=True)
    assert after.get(seen.url).reason == "journey_unknown"
    assert before.get(seen.url).step == "terms"


@pytest.mark.parametrize(
    ("request_parts", "reason"),
    [
        ({"headers": {"Transfer-Encoding": "chunked"}}, "length_required"),
        ({"content_type": "application/json"}, "media_type"),
        ({"content_type": "multipart/form-data; boundary=x"}, "media_type"),
        ({"content_type": ""}, "media_type"),
    ],
)
def test_a_body_of_another_sort_is_refused(
    visitor: Visitor, request_parts: dict[str, object], reason: str
) -> None:
    seen = visitor.arrive()
    body = b"_csrf=" + seen.reader.hidden["_csrf"].encode() + b"&answer=accept"
    good = {"content_type": "application/x-www-form-urlencoded"}
    refused = visitor.browser.post(
        seen.url, data=body, base_url=visitor.origin, **{**good, **request_parts}
    )
    assert f'data-reason="{reason}"' in refused.get_data(as_text=True)
    accepted = visitor.browser.post(seen.url, data=body, base_url=visitor.origin, **good)
    assert accepted.status_code == 303


@pytest.mark.parametrize(("size", "status"), [(65_536, 400), (65_537, 413)])
def test_a_body_over_64_kb_is_refused_whole(visitor: Visitor, size: int, status: int) -> None:
    """The twin at the limit is read, and refused only for its missing form token."""
    seen = visitor.arrive()
    body = b"a=" + b"x" * (size - 2)
    form = "application/x-www-form-urlencoded"
    response = visitor.browser.post(seen.url, data=body, content_type=form, base_url=visitor.origin)
    assert response.status_code == status


@pytest.mark.parametrize(("count", "step"), [(199, "profile"), (200, "")])
def test_a_form_with_too_many_values_is_refused(visitor: Visitor, count: int, step: str) -> None:
    """One value more is the form token itself."""
    visitor.arrive()
    values: dict[str, str | list[str]] = {"answer": "accept", "x": ["y"] * (count - 1)}
    assert visitor.send(values).step == step


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/kauri", 405),
        ("PUT", "/kauri", 411),
        ("DELETE", "/kauri/x/terms", 411),
        ("GET", "/", 404),
        ("GET", "/rimu", 404),
        ("GET", "/kauri/x/terms", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/%0aX", 404),
        ("GET", "/kauri/%00/terms", 404),
    ],
)
def test_an_error_is_a_page_that_tells_no_version(
    visitor: Visitor, method: str, path: str, status: int
) -> None:
    data = {"a": "b"} if method == "POST" else None
    response = visitor.browser.open(path, method=method, base_url=visitor.origin, data=data)
    text = response.get_data(as_text=True)
    assert response.status_code == status
    assert "What to do" in text
    assert not re.search(r"werkzeug|flask|gunicorn|python|traceback", text, re.IGNORECASE)
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("flow", "name"),
    [(NOTICE, "notice"), (TERMS, "terms"), (PROFILE, "claims_form")],
    ids=lambda value: value if "\n" not in value else "",
)
def test_a_step_page_is_light(make_hook: MakeHook, flow: str, name: str) -> None:
    page = Visitor(make_hook(flow)).arrive()
    assert page.reader.main["data-kind"] == name
    files = set(re.findall(r"/static/([\w./-]+)\?v=", page.html))
    sizes = [len(gzip.compress((STATIC / file).read_bytes())) for file in files]
    assert sum(sizes) + len(gzip.compress(page.html.encode())) <= PAGE_MOST


AHEAD = [
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "Prefetch"},
    {"X-Purpose": "preview"},
    {"Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Dest": "iframe"},
]


@pytest.mark.parametrize("headers", AHEAD, ids=str)
def test_what_no_visitor_asked_for_consumes_nothing(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    query = {"session_token": token()}
    refused = visitor.get("/kauri", query_string=query, headers=headers)
    assert (refused.status, refused.reason in ("prefetch", "embedded")) == (403, True)
    assert "Set-Cookie" not in refused.response.headers
    taken = visitor.get("/kauri", query_string=query, headers={"Sec-Fetch-Dest": "document"})
    assert taken.step == "terms"


@pytest.mark.parametrize("headers", AHEAD, ids=str)
def test_a_journey_does_not_end_by_a_page_that_nobody_opened(
    make_hook: MakeHook, headers: dict[str, str]
) -> None:
    """The terms are accepted in the first journey, so that nothing is left of the second."""
    visitor = Visitor(make_hook(TERMS))
    visitor.arrive(state="first")
    first = visitor.seen
    second = visitor.arrive(state="second")
    visitor.seen = first
    visitor.send({"answer": "accept"})
    store = visitor.app.extensions["hook"].store
    before = rows(visitor.app)
    assert visitor.get(second.url, headers=headers).status == 403
    assert visitor.browser.head(second.url, base_url=visitor.origin).status_code == 200
    assert rows(visitor.app) == before
    assert visitor.get(second.url).page == "leave"
    assert store.purge(0) == 0


@pytest.mark.parametrize("path", ["/kauri//x", "/kauri//?session_token=x", "//kauri/x"])
def test_no_redirect_names_the_host_of_the_request(visitor: Visitor, path: str) -> None:
    response = visitor.browser.get(path, base_url="https://evil.example")
    assert "evil" not in response.headers.get("Location", "")
    assert response.status_code == 404


def test_a_text_of_combining_marks_is_refused_before_it_is_read(make_hook: MakeHook) -> None:
    """Bringing it into Unicode form would take a second of every worker."""
    field = PROFILE.replace('type = "select"', 'type = "text"').partition("choices")[0]
    visitor = Visitor(make_hook(field))
    visitor.arrive()
    marks = "a" + "\u0301" * 5_000 + "\u0334" * 5_000
    assert "far too long" in visitor.send({"pronouns": marks}).text
    assert visitor.send({"pronouns": "a\u0301\u0334"}).page == "leave"


def test_an_outcome_changed_in_the_database_is_not_what_is_signed(
    make_hook: MakeHook, sqlite_database: str
) -> None:
    visitor = Visitor(make_hook())
    visitor.arrive()
    visitor.send({"answer": "decline"})
    engine = create_engine(sqlite_database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE journeys SET outcome = 'completed'"))
    assert visitor.reload().answer["error"] == {"message": "terms_declined"}
