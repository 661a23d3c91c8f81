"""Time-based codes: the vectors of RFC 6238, the window, the link and the picture."""

import base64
import hashlib
import hmac
import re
import xml.etree.ElementTree as ET  # our own SVG, read by a test
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook import qr
from hook.factors import totp

RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
#: RFC 6238 Appendix B, the lines of SHA-1.
VECTORS = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]
NOW = 1_795_000_000
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SVG = "{http://www.w3.org/2000/svg}"


def _code(seed: str, now: int) -> str:
    """A code as RFC 6238 has it, made without the hook's library."""
    mac = hmac.digest(base64.b32decode(seed), (now // 30).to_bytes(8), hashlib.sha1)
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF) % 10**6:06}"


@pytest.mark.parametrize(("now", "eight"), VECTORS)
def test_the_vectors_of_rfc_6238_are_accepted_with_their_time_step(now: int, eight: str) -> None:
    assert _code(RFC_SEED, now) == eight[-6:]
    assert totp.matching_step(RFC_SEED, eight[-6:], now, 0) == now // 30


@pytest.mark.parametrize(
    ("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
@pytest.mark.parametrize("second", [0, 1, 29])
def test_one_step_before_and_after_is_accepted_and_two_are_not(
    second: int, steps: int, accepted: bool
) -> None:
    now = NOW // 30 * 30 + second
    found = totp.matching_step(SEED, _code(SEED, now + 30 * steps), now, 0)
    assert found == (now // 30 + steps if accepted else None)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_counts_only_after_the_last_step(steps: int) -> None:
    step = NOW // 30 + steps
    sent = _code(SEED, NOW + 30 * steps)
    assert totp.matching_step(SEED, sent, NOW, step - 1) == step
    assert totp.matching_step(SEED, sent, NOW, step) is None
    assert totp.matching_step(SEED, sent, NOW, step + 1) is None


@given(
    now=st.integers(min_value=90, max_value=2**40),
    steps=st.integers(min_value=-5, max_value=5),
    last=st.integers(min_value=-5, max_value=5),
)
def test_what_is_found_is_in_the_window_after_the_last_and_of_the_code(
    now: int, steps: int, last: int
) -> None:
    current = now // 30
    sent = _code(SEED, max(0, now + 30 * steps))
    found = totp.matching_step(SEED, sent, now, current + last)
    if found is not None:
        assert abs(found - current) <= 1
        assert found > current + last
        assert _code(SEED, found * 30) == sent
    else:
        assert abs(steps) > 1 or steps <= last


def test_a_code_of_another_seed_is_wrong() -> None:
    other = totp.new_seed()
    assert totp.matching_step(other, _code(other, NOW), NOW, 0) == NOW // 30
    window = {_code(other, NOW + 30 * steps) for steps in (-1, 0, 1)}
    sent = next(_code(SEED, later) for later in range(NOW, NOW + 900, 30))
    assert (totp.matching_step(other, sent, NOW, 0) is not None) == (sent in window)


def test_a_seed_has_160_bits_and_is_never_the_same() -> None:
    seeds = {totp.new_seed() for _ in range(500)}
    assert len(seeds) == 500
    assert {len(base64.b32decode(seed)) * 8 for seed in seeds} == {160}


def test_every_sign_of_base32_turns_up_in_seeds() -> None:
    assert set("".join(totp.new_seed() for _ in range(200))) == set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    )


@pytest.mark.parametrize(
    ("issuer", "account"),
    [
        ("Kauri Polytechnic", "Ripeka Tamihana"),
        ("Te Whare Wānanga", "ripeka+card@kauri.example"),
        ("Kauri & Rimu", "a?b#c/d%41&issuer=Evil"),
    ],
)
def test_the_link_is_of_the_key_uri_format(issuer: str, account: str) -> None:
    link = totp.uri(SEED, issuer, account)
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    assert parts.path.count(":") == 1
    assert unquote(parts.path) == f"/{issuer}:{account}"
    query = parse_qs(parts.query, strict_parsing=True)
    assert query.pop("secret") == [SEED]
    assert query.pop("issuer") == [issuer]
    # What is not said is the default: SHA1, 6 digits, 30 seconds.
    assert query.items() <= {"algorithm": ["SHA1"], "digits": ["6"], "period": ["30"]}.items()
    assert re.fullmatch(r"[\x21-\x7e]+", link)
    assert "+" not in parts.query.replace("%2B", "")


@pytest.mark.parametrize(
    ("issuer", "account"), [("Kauri: Arts", "Ripeka"), ("Kauri", "ns:ripeka"), ("A:B", "C:D")]
)
def test_a_colon_in_a_name_does_not_move_the_border_between_issuer_and_account(
    issuer: str, account: str
) -> None:
    # Key URI format: label = issuer (":" / "%3A") account, and neither may have a colon.
    link = totp.uri(SEED, issuer, account)
    label = unquote(urlsplit(link).path).lstrip("/")
    assert label.count(":") == 1


def test_the_picture_is_dark_on_a_white_ground_that_covers_all() -> None:
    root = ET.fromstring(qr.svg(totp.uri(SEED, "Kauri", "Ripeka"), "For the app"))  # noqa: S314
    assert root.tag.removeprefix(SVG) == "svg"
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    ground, dark = (each for each in root.iter() if each.tag.removeprefix(SVG) == "path")
    assert ground.attrib["fill"] in ("#fff", "white", "#ffffff")
    assert ground.attrib["d"].replace(" ", "") == f"M00h{width}v{height}h-{width}z"
    assert dark.attrib["stroke"] in ("#000", "black", "#000000")
    # Four light modules on every side (ISO/IEC 18004).
    assert dark.attrib["d"].startswith("M4 4.5")


def test_the_picture_has_its_title_and_neither_style_nor_script_nor_address() -> None:
    svg = qr.svg("otpauth://totp/a?secret=A", "<For> the app")
    assert "<title>&lt;For&gt; the app</title>" in svg
    assert not re.search(r"style|script|\bon\w+=|href|https?:(?!//www\.w3\.org/2000/svg)", svg)


def test_a_long_name_still_makes_a_picture() -> None:
    # 200 characters for a tenant and 80 for a person is what the configuration allows.
    assert qr.svg(totp.uri(SEED, "K" * 200, "R" * 80), "x")
    assert qr.svg(totp.uri(SEED, "学" * 200, "名" * 80), "x")


def test_a_key_is_typed_in_groups_of_four() -> None:
    assert totp.grouped(SEED) == "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
