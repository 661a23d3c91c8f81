"""sms_code: a code by SMS shows that somebody has a phone at hand. It is no second factor."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from hook.calls import Call, CallFailed, ask, check_url
from hook.claims import pick
from hook.factors import numbers
from hook.steps.base import Deny, Done, Form, Outcome, Page, Shown, Stay, Step, Stores, Visit
from hook.steps.fields import ClaimPath
from hook.steps.options import SecretText, StepOptions, matching

LOCK = "sms_code"
CODE_SECONDS, WAIT_SECONDS, HOUR = 600, 60, 3_600
# For each subject, and to each number whoever asks.
MOST_AN_HOUR = 5

_A_NUMBER = "Use a phone number with its country code, like +64 21 123 4567."
_WAIT = "We have sent a code less than a minute ago. Wait for it a little."
_SPENT = "We can’t send more codes now. Use the newest one, or come back in an hour."
_FAILED = "We couldn’t send a code. Try again in a minute."
_OVER = "This code is older than ten minutes. Ask for a new one."
_WRONG = "That code isn’t right. Use the one from the newest message."


class SmsCodeOptions(StepOptions):
    """The options of a code by SMS."""

    api_url: Annotated[str, AfterValidator(check_url)]
    """The provider's address; it is sent {"to": …, "text": …} by POST."""
    api_key: SecretText
    """What stands in the header Authorization, by env: or file:, such as Bearer and a key."""
    text: Annotated[
        str, matching(r"[^{}]{0,70}\{code\}[^{}]{0,70}", "write {code} once, in 140 characters")
    ] = "{code} is your code. Nobody will ever ask you for it."
    """The message, with {code} in it."""
    digits: Literal[6, 8] = 6
    """How long the code is."""
    from_arrival: ClaimPath = "phone_number"
    """Arrival claim with the number; where it has none that can be used, visitors type it."""
    claim: ClaimPath | Literal[""] = ""
    """Claim to write the number into, and true into the same name with _verified; empty: none."""
    private_addresses: bool = False
    """Whether api_url may be on this machine or in a private network."""


class SmsCode(Step):
    """Send a code to one number; whoever types it here in time has that phone at hand."""

    kind = "sms_code"
    stores = Stores("how many messages were sent and how many guesses were wrong", "30 days")
    options_model = SmsCodeOptions

    def reads(self) -> frozenset[str]:
        """Name the claim with the number."""
        return frozenset({self.options.from_arrival})

    def sends(self) -> Mapping[str, frozenset[str]]:
        """Name the claims with the number, which the provider is given."""
        claims = {self.options.from_arrival, self.options.claim} - {""}
        return {self.options.api_url: frozenset(claims)}

    def writes(self) -> Mapping[str, int]:
        """Name the claims for the number and for its being verified."""
        claim = self.options.claim
        return {claim: 18, f"{claim}_verified": len("true")} if claim else {}

    def show(self, visit: Visit) -> Shown:
        """Ask for the number or name it; once a code was sent, ask for the code."""
        lock = visit.attempts.lock(LOCK)
        if lock.locked:
            return Deny("factor_locked", lock.until)
        known, sent = self._arrived(visit), "hash" in visit.scratch
        values = {"to": visit.scratch.get("to", known), "may_type": not known, "sent": sent}
        return Page("sms_code.html", {**values, "digits": self.options.digits})

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Send a code, send another, take another number, or judge a code."""
        if visit.attempts.lock(LOCK).locked:
            return Stay(reason="locked")
        if "hash" not in visit.scratch:
            return self._send(visit, self._arrived(visit) or _read(form.one("number")), "number")
        match form.one("do"):
            case "again":
                return self._send(visit, visit.scratch["to"], "code")
            case "other" if not self._arrived(visit):
                return Stay(scratch={}, reason="other_number")
            case _:
                return self._judge(visit, form.one("code"))

    def _arrived(self, visit: Visit) -> str:
        value = pick(visit.arrival, self.options.from_arrival)
        return _read(value) if isinstance(value, str) else ""

    def _send(self, visit: Visit, to: str, field: str) -> Outcome:
        if not to:
            return Stay({field: _A_NUMBER}, reason="not_a_number")
        # Counted in the database, not in the scratch: two tabs would send two messages.
        if not visit.attempts.spend("wait", 1, WAIT_SECONDS):
            return Stay({field: _WAIT}, reason="sent_just_now")
        counted = [visit.attempts.spend("sms", MOST_AN_HOUR, HOUR, whose) for whose in ("", to)]
        if not all(counted):
            return Stay({field: _SPENT}, reason="messages_spent")
        code = f"{secrets.randbelow(10**self.options.digits):0{self.options.digits}}"
        failed = self._hand_over(to, self.options.text.replace("{code}", numbers.grouped(code)))
        if failed:
            return Stay({field: _FAILED}, reason=failed)
        return Stay(scratch={"to": to, "at": visit.now, **_hashed(code)}, reason="code_sent")

    def _hand_over(self, to: str, text: str) -> str:
        """Give the message to the provider; answers why that failed, or nothing."""
        key, private = self.options.api_key.get_secret_value(), self.options.private_addresses
        call = Call("POST", self.options.api_url, {"Authorization": key},
                    json={"to": to, "text": text}, private=private)  # fmt: skip
        try:
            ask(call)
        except CallFailed as failed:
            # A provider may take it with 201 or 202, and with any body.
            taken = failed.status in (201, 202, 204) or failed.reason == "not_json"
            return "" if taken else f"call_{failed.reason}"
        return ""

    def _judge(self, visit: Visit, typed: str) -> Outcome:
        code, sent = numbers.read_code(typed, self.options.digits), visit.scratch
        if code is None:
            return Stay({"code": f"Type the {self.options.digits} digits."}, reason="not_a_code")
        if not visit.attempts.guess(LOCK):
            return Stay(reason="locked")
        if visit.now >= sent["at"] + CODE_SECONDS:
            return Stay({"code": _OVER}, reason="code_over")
        if not hmac.compare_digest(_hashed(code, sent["salt"])["hash"], sent["hash"]):
            return Stay({"code": _WRONG}, reason="wrong_code")
        claim = self.options.claim
        claims = {claim: sent["to"], f"{claim}_verified": True} if claim else {}
        return Done(claims, reason="phone_at_hand", forgive=LOCK)


def _read(number: str) -> str:
    """Give a number as E.164, however it is spaced; empty for what is none."""
    plain = re.sub(r"[\s().\-\u00a0]", "", number[:60])
    return plain if re.fullmatch(r"\+[1-9][0-9]{6,14}", plain) else ""


def _hashed(code: str, salt: str = "") -> dict[str, str]:
    """Hash a code: 16 MiB and some 50 ms, so that a million take longer than it is good."""
    salt = salt or os.urandom(16).hex()
    digest = hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1)
    return {"salt": salt, "hash": digest.hex()}
