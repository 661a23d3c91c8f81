"""email_code: a code by mail shows that somebody reads an address. It is no second factor."""

import hmac
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from hook.claims import overlap, pick
from hook.factors import numbers
from hook.mail import Message
from hook.steps.base import Deny, Done, Form, Outcome, Page, Shown, Stay, Step, Stores, Visit
from hook.steps.fields import ClaimPath
from hook.steps.options import StepOptions
from hook.steps.values import is_email
from hook.strict_json import write

LOCK = "email_code"
CODE_SECONDS = 600
"""How long a code is good, seconds."""
RESEND_SECONDS = 60
"""How long to wait before another mail, seconds."""
MAILS_AN_HOUR = 6
"""How many mails a subject can cause in an hour, to whatever addresses."""
MAILS_TO_ONE_ADDRESS = 12
"""How many mails an hour go to one address, whoever asks for them."""
_HOUR = 3_600
_MOST = 120

_TEXT = """\
Hello,

{code} is your code for {tenant}.

Type it on the page that asked for it. It works once, for ten minutes, on that page only.
Nobody will ever ask you for it on the phone or by mail.

If you did not ask for it, ignore this mail.
"""
_AN_ADDRESS = "Use an e-mail address like name@example.com."
_WRONG = "That code isn’t right. Use the one from the newest mail."


class EmailCodeOptions(StepOptions):
    """The options of a code by mail."""

    from_arrival: ClaimPath | Literal[""] = "email"
    """Arrival claim with the address; empty: ask for the address."""
    ask: Literal["if_missing", "always", "never"] = "if_missing"
    """Whether visitors may type an address: if the arrival has none, always, or never."""
    address_claim: ClaimPath | Literal[""] = ""
    """Claim to write the address into; empty: none."""
    verified_claim: ClaimPath | Literal[""] = ""
    """Claim to write true into, such as email_verified; empty: none."""

    @model_validator(mode="after")
    def _claims_differ(self) -> Self:
        if self.ask == "never" and not self.from_arrival:
            raise ValueError('ask = "never" needs from_arrival')
        if self.verified_claim and not self.address_claim and self.ask != "never":
            # Else it would vouch for the address that the arrival has, not for the one typed.
            raise ValueError('verified_claim needs address_claim, or ask = "never"')
        both = self.address_claim and self.verified_claim
        if both and overlap(self.address_claim, self.verified_claim):
            raise ValueError(
                "address_claim and verified_claim must not be one, or one in the other"
            )
        return self


class EmailCode(Step):
    """Send a code to one address; whoever types it here in time reads that address."""

    kind = "email_code"
    sends_mail = True
    counts = True
    stores = Stores("how many mails were sent and how many guesses were wrong", "30 days")
    options_model = EmailCodeOptions

    def reads(self) -> frozenset[str]:
        """Name the claim with the address."""
        return frozenset({self.options.from_arrival} - {""})

    def writes(self) -> Mapping[str, int]:
        """Name the claims for the address and for its being verified."""
        sizes = {self.options.address_claim: _MOST + 2, self.options.verified_claim: len("true")}
        return {claim: size for claim, size in sizes.items() if claim}

    def lasts(self) -> int:
        """Give the time that a code is good: a mail may be slow."""
        return CODE_SECONDS

    def show(self, visit: Visit) -> Shown:
        """Ask for the address or name it; once a code was sent, ask for the code."""
        lock = visit.attempts.lock(LOCK)
        if lock.locked:
            return Deny("factor_locked", lock.until)
        arrived, ask = self._arrived(visit), self._asks(visit)
        if not arrived and not ask:
            return Deny("email_missing")
        sent = "code" in visit.scratch
        page = "code" if sent else "address"
        values = {"address": visit.scratch.get("to", arrived), "ask": ask, "page": page}
        return Page("steps/email_code.html" if sent else "steps/email_address.html", values)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Send a code, send another, take another address, or judge a code."""
        if form.one("page") != ("code" if "code" in visit.scratch else "address"):
            return Stay(reason="page_changed")
        if "code" not in visit.scratch:
            return self._send(visit, self._address(visit, form), "email")
        match form.one("do"):
            case "again":
                return self._send(visit, visit.scratch["to"], "code")
            case "other" if self._asks(visit):
                return Stay(scratch={"sent_at": visit.scratch["sent_at"]}, reason="other_address")
            case _:
                return self._judge(visit, form)

    def _asks(self, visit: Visit) -> bool:
        ask: str = self.options.ask
        # An address that is there and cannot be used is not missing.
        return ask == "always" or (ask == "if_missing" and self._claim(visit) in (None, ""))

    def _claim(self, visit: Visit) -> object:
        return pick(visit.arrival, self.options.from_arrival) if self.reads() else None

    def _arrived(self, visit: Visit) -> str:
        value = self._claim(visit)
        return value if isinstance(value, str) and _fits(value) else ""

    def _address(self, visit: Visit, form: Form) -> str:
        return form.one("email").strip() if self._asks(visit) else self._arrived(visit)

    def _send(self, visit: Visit, address: str, field: str) -> Outcome:
        lock = visit.attempts.lock(LOCK)
        if lock.locked:
            return Deny("factor_locked", lock.until)
        if not _fits(address):
            return Stay({field: _AN_ADDRESS}, reason="not_an_address")
        wait = visit.scratch.get("sent_at", 0) + RESEND_SECONDS - visit.now
        if wait > 0:
            seconds = "1 second" if wait == 1 else f"{wait} seconds"
            text = f"We have just sent a mail. You can ask for another in {seconds}."
            return Stay({field: text}, reason="sent_just_now")
        if not self._may_send(visit, address):
            text = "We can’t send more mails now. Use the newest one, or come back in an hour."
            return Stay({field: text}, reason="mails_spent")
        code = numbers.new_code()
        text = _TEXT.format(code=numbers.grouped(code), tenant=visit.tenant_name)
        return Stay(
            scratch={"to": address, "code": code, "sent_at": visit.now},
            reason="code_sent",
            mail=Message(address, f"Your code for {visit.tenant_name}", text),
        )

    def _may_send(self, visit: Visit, address: str) -> bool:
        spend = visit.attempts.spend
        mine = spend("mail", MAILS_AN_HOUR, _HOUR)
        return mine and spend("mail", MAILS_TO_ONE_ADDRESS, _HOUR, about=address.lower())

    def _judge(self, visit: Visit, form: Form) -> Outcome:
        code = numbers.read_code(form.one("code"), numbers.MAILED_DIGITS)
        if code is None:
            return Stay({"code": "Type the eight digits from the mail."}, reason="not_a_code")
        if not visit.attempts.guess(LOCK):
            return Stay(reason="locked")
        if visit.now >= visit.scratch["sent_at"] + CODE_SECONDS:
            text = "This code is older than ten minutes. Ask for a new one."
            return Stay({"code": text}, reason="code_over")
        if not hmac.compare_digest(visit.scratch["code"], code):
            lock = visit.attempts.lock(LOCK)
            return (
                Deny("factor_locked", lock.until)
                if lock.locked
                else Stay({"code": _WRONG}, reason="wrong_code")
            )
        return Done(self._claims(visit), reason="address_read", forgive=LOCK)

    def _claims(self, visit: Visit) -> dict[str, Any]:
        claims = {
            self.options.address_claim: visit.scratch["to"],
            self.options.verified_claim: True,
        }
        return {claim: value for claim, value in claims.items() if claim}


def _fits(address: str) -> bool:
    return is_email(address) and len(write(address)) <= _MOST + 2
