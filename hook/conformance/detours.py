"""Genuine tokens whose redirectUrl leads somewhere else."""

from dataclasses import replace
from urllib.parse import urlsplit

from hook.conformance.arrivals import Maker
from hook.conformance.checks import Check, Group, Judgement, not_concerned
from hook.conformance.run import Run
from hook.conformance.target import RETURN_PATH
from hook.conformance.tokens import MUST, SHOULD, Bad, Fine, accepts, refuses

_STRANGER = "stranger.example"
_ORIGIN = (
    "Parse redirectUrl once with the URL library that you redirect with, and compare scheme, host "
    "and port with those of the tenant; never compare beginnings of texts."
)
_SIGNS = "Refuse a redirectUrl with anything but printable ASCII, or with a backslash."


def _other_port(make: Maker) -> str:
    parts = urlsplit(make.target.iss)
    return f"{parts.scheme}://{parts.hostname}:{(parts.port or 8442) + 1}{RETURN_PATH}"


def _insecure(make: Maker) -> str:
    return make.target.return_url.replace("https:", "http:", 1)


def _look_alike(make: Maker) -> str:
    parts = urlsplit(make.target.iss)
    return f"{parts.scheme}://{parts.hostname}.{_STRANGER}{RETURN_PATH}"


def _user_info(make: Maker) -> str:
    parts = urlsplit(make.target.iss)
    return f"{parts.scheme}://{parts.netloc}@{_STRANGER}{RETURN_PATH}"


def _backslash(make: Maker) -> str:
    parts = urlsplit(make.target.iss)
    return f"{parts.scheme}://{_STRANGER}\\@{parts.netloc}{RETURN_PATH}"


BAD = (
    Bad(
        "redirect-missing", MUST, "documents of the platform", "a token without redirectUrl",
        "Refuse it: without redirectUrl there is no way back.",
        lambda make: make.token(redirectUrl=None),
    ),
    Bad(
        "redirect-script", MUST, "OWASP ASVS 1.2.2", "a redirectUrl that is a script",
        _ORIGIN, lambda make: make.token(redirectUrl="javascript:alert(1)//" + RETURN_PATH),
    ),
    Bad(
        "redirect-elsewhere", MUST, "OWASP ASVS 3.7.2", "a redirectUrl at another site",
        _ORIGIN, lambda make: make.token(redirectUrl=f"https://{_STRANGER}{RETURN_PATH}"),
    ),
    Bad(
        "redirect-look-alike", MUST, "OWASP ASVS 3.7.2",
        "a redirectUrl at a site whose name begins like the tenant's", _ORIGIN,
        lambda make: make.token(redirectUrl=_look_alike(make)),
    ),
    Bad(
        "redirect-user-info", MUST, "OWASP ASVS 3.7.2",
        "a redirectUrl at another site, with the tenant's name as user name", _ORIGIN,
        lambda make: make.token(redirectUrl=_user_info(make)),
    ),
    Bad(
        "redirect-backslash", MUST, "WHATWG URL: special schemes",
        "a redirectUrl in which a backslash hides another site", _SIGNS,
        lambda make: make.token(redirectUrl=_backslash(make)),
    ),
    Bad(
        "redirect-control-characters", MUST, "OWASP ASVS 1.2.1",
        "a redirectUrl with a line break and a header behind it", _SIGNS,
        lambda make: make.token(redirectUrl=f"{make.target.return_url}\r\nX-Added: yes"),
    ),
    Bad(
        "redirect-port", MUST, "RFC 6454 section 4", "a redirectUrl at another port of the tenant",
        _ORIGIN, lambda make: make.token(redirectUrl=_other_port(make)),
    ),
    Bad(
        "redirect-fragment", SHOULD, "RFC 3986 section 3.5", "a redirectUrl with a fragment (#)",
        "Refuse it: what is added behind a fragment never reaches the tenant.",
        lambda make: make.token(redirectUrl=f"{make.target.return_url}#part"),
    ),
)  # fmt: skip
_INSECURE = Bad(
    "redirect-insecure", MUST, "RFC 6454 section 4", "a redirectUrl with http in place of https",
    _ORIGIN, lambda make: make.token(redirectUrl=_insecure(make)),
)  # fmt: skip
_OWN_QUERY = Fine(
    "redirect-own-query", MUST, "documents of the platform",
    "a redirectUrl with a query of its own",
    "Accept it; add your parameter with a URL library when you go back.",
    lambda make: make.journey(own_query=True),
)  # fmt: skip


def _only_on_https(check: Check) -> Check:
    def judge(run: Run) -> Judgement:
        if not run.target.iss.startswith("https:"):
            return not_concerned("the tenant's URL (--iss) is not https")
        return check.judge(run)

    return replace(check, judge=judge)


CHECKS = (
    *(refuses(bad, Group.REDIRECTS) for bad in BAD),
    _only_on_https(refuses(_INSECURE, Group.REDIRECTS)),
    accepts(_OWN_QUERY, Group.REDIRECTS),
)
