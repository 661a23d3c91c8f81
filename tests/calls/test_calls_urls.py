"""Which URLs a configuration may name: those that everybody reads in the same way."""

import pytest

from hook.calls import check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org",
        "https://api.example.org/people",
        "https://API.example.org:8443/people?of=kauri&all",
        "HTTPS://api.example.org/",
        "https://xn--mri-lxa.example/%C4%93",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:443/",
        "http://localhost:8000/people",
        "https://localhost/",
        "https://people_api/",
    ],
)
def test_a_url_that_is_right_is_given_back(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("http://api.example.org/", "https://"),
        ("http://127.0.0.1/", "https://"),
        ("http://localhost.example.org/", "https://"),
        ("ftp://localhost/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("api.example.org", "https://"),
        ("//api.example.org/", "https://"),
        ("https://mere@api.example.org/", "user"),
        ("https://mere:open-sesame@api.example.org/", "user"),
        ("https://@api.example.org/", "user"),
        ("http://localhost@api.example.org/", "https://"),
        ("https://api.example.org/#a", "fragment"),
        ("https://api.example.org/#", "fragment"),
        ("https:///people", "host"),
        ("https://", "host"),
        ("https://.example.org/", "host"),
        ("https://api.example.org./", "host"),
        ("https://api..example.org/", "host"),
        ("https://api%2eexample.org/", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://[192.0.2.1]/", "must"),
        ("https://[::1/", "must"),
        ("https://api.example.org:0/", "port"),
        ("https://api.example.org:65536/", "port"),
        ("https://api.example.org:https/", "port"),
        ("https://api.example.org/a b", "ASCII"),
        ("https://api.example.org/\n", "ASCII"),
        ("https://api.example.org\\@evil.example/", "ASCII"),
        ("https://māori.example/", "ASCII"),
        ("https://api.example.org/ē", "ASCII"),
        (" https://api.example.org/", "ASCII"),
        ("", "ASCII"),
    ],
)
def test_a_url_that_is_not_right_is_refused_with_what_would_be(url: str, right: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^must.*{right}" if right != "must" else "^must "
    ) as caught:
        check_url(url)
    told = str(caught.value)
    assert [word for word in ("sesame", "passwd", "evil") if word in told] == []
