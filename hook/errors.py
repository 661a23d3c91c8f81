"""One tree of errors: each has a reason code for the log, a status and the words to read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicText:
    """What a visitor reads when something stops: what happened and what to do."""

    status: int
    title: str
    happened: str
    todo: str


_BACK_TO_WALLET = "Go back to your wallet and start again from there."
_UNTRUSTED = PublicText(
    400,
    "We can’t accept this link",
    "The link that brought you here didn’t pass our checks, so nothing was started.",
    _BACK_TO_WALLET + " If it happens again, tell the organisation that offers the credential.",
)
_EXPIRED = PublicText(
    400,
    "This link has run out",
    "Links like this work for a short time only, and this one is too old.",
    _BACK_TO_WALLET,
)
_BAD_REQUEST = PublicText(
    400,
    "That didn’t work",
    "Your browser sent something we can’t read.",
    "Go back one page and try again.",
)
_TIME_OVER = PublicText(
    410,
    "Your time is up",
    "This took longer than allowed, so we stopped and erased what you typed.",
    _BACK_TO_WALLET,
)

PUBLIC: dict[str, PublicText] = {
    # Arrival: what is wrong with the session token or the way it came (docs/protocol.md).
    "token_missing": PublicText(
        400,
        "Start in your wallet",
        "This page is one part of getting a credential, and it can’t be opened by itself.",
        "Open your wallet, choose the credential, and follow the steps from there.",
    ),
    "parameter_repeated": _UNTRUSTED,
    "token_too_long": _UNTRUSTED,
    "token_malformed": _UNTRUSTED,
    "token_header": _UNTRUSTED,
    "token_algorithm": _UNTRUSTED,
    "token_signature": _UNTRUSTED,
    "token_payload": _UNTRUSTED,
    "token_issuer": _UNTRUSTED,
    "token_audience": _UNTRUSTED,
    "token_dates": _UNTRUSTED,
    "token_not_yet": _UNTRUSTED,
    "token_lifetime": _UNTRUSTED,
    "token_exp_missing": _UNTRUSTED,
    "token_iat_missing": _UNTRUSTED,
    "token_state": _UNTRUSTED,
    "token_redirect_url": _UNTRUSTED,
    "token_claims": _UNTRUSTED,
    "answer_too_long": _UNTRUSTED,
    "token_expired": _EXPIRED,
    "token_used_elsewhere": PublicText(
        409,
        "This link is already in use",
        "It was opened before, in another browser or on another device.",
        "Carry on where you first opened it, or go back to your wallet and start again.",
    ),
    "prefetch": PublicText(
        403,
        "Open this page yourself",
        "A browser tried to load this page ahead of time, so nothing was started.",
        "Open the link again.",
    ),
    "embedded": PublicText(
        403,
        "Open this page by itself",
        "Another page tried to load this one inside itself, so nothing was started.",
        "Open the link in a window of its own.",
    ),
    # A journey under way.
    "journey_unknown": PublicText(
        404,
        "We can’t find this page",
        "It may be finished, out of time, or opened in a browser other than the one you began in.",
        "Carry on in the browser where you began, or go back to your wallet and start again.",
    ),
    "journey_over_time": _TIME_OVER,
    "pass_unknown": PublicText(
        404,
        "This code doesn’t work any more",
        "It was used already, or it is too old.",
        "Go back to your other device, and ask there for a new code.",
    ),
    "form_expired": PublicText(
        400,
        "Please try again",
        "This page was open for too long or came from somewhere else, so nothing was saved.",
        "Open the step again and send it once more.",
    ),
    "origin_foreign": PublicText(
        403,
        "We can’t accept this",
        "The form was sent from another site, so nothing was saved.",
        "Open the step again and send it from there.",
    ),
    "form_malformed": _BAD_REQUEST,
    # Plain web errors.
    "bad_request": _BAD_REQUEST,
    "forbidden": PublicText(403, "Not allowed", "You can’t open this page.", _BACK_TO_WALLET),
    "not_found": PublicText(
        404, "Page not found", "There is nothing at this address.", _BACK_TO_WALLET
    ),
    "method_not_allowed": PublicText(
        405, "That doesn’t work here", "This page can’t be used that way.", _BACK_TO_WALLET
    ),
    "length_required": PublicText(
        411,
        "That didn’t work",
        "Your browser didn’t say how much it was sending, so nothing was saved.",
        "Go back one page and try again, or use another browser.",
    ),
    "body_too_large": PublicText(
        413,
        "That is too much",
        "What you sent is larger than this page accepts, so nothing was saved.",
        "Go back one page, shorten what you typed and try again.",
    ),
    "media_type": PublicText(
        415,
        "That didn’t work",
        "This page takes form data only.",
        "Go back one page and try again.",
    ),
    "too_many_requests": PublicText(
        429, "Too many tries", "That was too fast.", "Wait a minute, then try again."
    ),
    "internal": PublicText(
        500,
        "Something went wrong",
        "That is our fault, not yours. Nothing was sent to your wallet.",
        "Try again in a minute. If it happens again, start again in your wallet.",
    ),
    "store_unavailable": PublicText(
        503,
        "We can’t save right now",
        "Our storage is away for a moment. Nothing was lost.",
        "Wait a few seconds, then send the page again.",
    ),
    "mail_unavailable": PublicText(
        503,
        "We can’t send mail right now",
        "Our mail server didn’t confirm that it took the message, so it may not reach you.",
        "Wait a minute, then try again. If it happens again, tell the organisation that offers the "
        "credential.",
    ),
}


class HookError(Exception):
    """Anything that stops a request: `code` is the reason for the log, `public` what is shown.

    `detail` may say more in the log; it must never hold a value, a token or a secret.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.public = PUBLIC[code]


class ArrivalRefused(HookError):
    """The session token, or the way it came, is refused; nothing was written."""


class RequestRefused(HookError):
    """The request itself is refused: its form, its origin or its size."""


class JourneyRefused(HookError):
    """There is no such journey for this browser, or its time is over."""


class StoreUnavailable(HookError):
    """The database is away, locked or full; the same request may be sent again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("store_unavailable", detail)


class MailUnavailable(HookError):
    """The mail server is away or did not take a mail; `detail` is the class of the error."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("mail_unavailable", detail)


class VaultError(Exception):
    """A sealed value does not open: wrong key, wrong row, or changed bytes."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in the configuration: the key it stands at and what would be right."""

    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}"


class ConfigError(Exception):
    """The configuration cannot be used; `mistakes` has all of them."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes
