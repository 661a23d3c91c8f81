"""The platform's rules for addresses."""

import pytest

from hook.emulator.api.addresses import plain


@pytest.mark.parametrize(
    "url",
    [
        "https://hook.kauri.nz",
        "https://hook.kauri.nz/start",
        "https://hook.kauri.nz:8443/start#top",
        "https://hook-2.kauri.nz/start",
        "http://localhost:8000/kauri",
        "https://localhost/kauri",
    ],
)
def test_an_address_by_https_and_name_is_taken(url: str) -> None:
    assert plain(url) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hook.kauri.nz/start", "https"),
        ("http://localhost.kauri.nz/start", "https"),
        ("ftp://localhost/start", "https"),
        ("https://203.0.113.7/start", "IP address"),
        ("https://[2001:db8::7]/start", "IP address"),
        ("http://127.0.0.1:8000/start", "IP address"),
        ("https://2130706433/start", "IP address"),
        ("https://0x7f.1/start", "IP address"),
        ("https://hook.kauri.nz/start?x=1", "query"),
        ("https://hook.kauri.nz/start?", "query"),
        ("http://localhost:8000/kauri?x=1", "query"),
        ("hook.kauri.nz/start", "not a URL"),
        ("https:///start", "not a URL"),
        ("https://hook..nz/start", "not a URL"),
        ("https://hook.kauri.nz:99999/start", "Port"),
        ("https://hook.kauri.nz:0/start", "not a URL"),
        ("https://hook.kauri.nz/a b", "not a URL"),
        ("https://-hook.kauri.nz/start", "not a URL"),
        ("", "not a URL"),
    ],
)
def test_any_other_is_refused_with_a_reason(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        plain(url)
