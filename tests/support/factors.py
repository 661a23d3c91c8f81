"""People with second factors: an app with its key, a badge, codes on paper."""

import re
import secrets
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any, ClassVar

import pyotp
from flask import Flask

from hook.steps.base import Form, Page, Visit
from hook.steps.factor import Enrol, Factor, FactorChange, Forget, Use
from hook.steps.methods import Enrolled, Method, Verified, Wrong
from hook.steps.options import StepOptions
from hook.steps.totp import TotpMethod
from hook.subject import subject_key
from hook.testing.hooks import Clock
from hook.testing.tokens import token
from hook.testing.visitor import Seen, Visitor
from hook.tokens import verify

STEP = 30


class Badge(Method):
    """A factor kept outside the hook: a word that is shown again. It needs no script."""

    kind = "badge"
    lock = "badge"
    title = "Badge"
    called = "your badge"
    hint = "The badge from the front desk."

    def enrolment_page(self, visit: Visit) -> Page:
        return Page("factor.html")

    def enrol(self, visit: Visit, form: Form) -> Enrolled | Wrong:
        word = form.one("badge")
        if not word:
            return Wrong({"badge": "Show your badge."}, "no_badge")
        old: tuple[FactorChange, ...] = (Forget(self.kind),) if visit.factors else ()
        return Enrolled((*old, Enrol(self.kind, "badge", {"word": word})), self.amr({}))

    def page(self, visit: Visit) -> Page:
        return Page("factor.html")

    def read(self, visit: Visit, form: Form) -> str | Wrong:
        return form.one("badge") or Wrong({"badge": "Show your badge."}, "no_badge")

    def verify(self, visit: Visit, sent: str) -> Verified | Wrong:
        (factor,) = visit.factors
        if sent != factor.data["word"]:
            return Wrong({"badge": "That is not your badge."}, "wrong_badge")
        return Verified(Use(self.kind, factor.id, 0, factor.enrolled_at), self.amr({}))

    def amr(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        return ("hwk",)


class Ring(Badge):
    """One more of the kind."""

    kind = "ring"
    lock = "ring"
    title = "Ring"
    called = "your ring"


class Chip(Badge):
    """And another."""

    kind = "chip"
    lock = "chip"
    title = "Chip"
    called = "your chip"


class MeddledTotp(TotpMethod):
    """While one code is judged, `meanwhile` happens: a race, in a fixed order."""

    meanwhile: ClassVar[Callable[[], object]] = staticmethod(lambda: None)

    def enrol(self, visit: Visit, form: Form) -> Enrolled | Wrong:
        result = super().enrol(visit, form)
        self._meddle()
        return result

    def verify(self, visit: Visit, sent: str) -> Verified | Wrong:
        result = super().verify(visit, sent)
        self._meddle()
        return result

    def _meddle(self) -> None:
        happens, MeddledTotp.meanwhile = MeddledTotp.meanwhile, staticmethod(lambda: None)
        happens()


class TallyOptions(StepOptions):
    """The options of an app whose codes are tallied."""

    tally: str
    """File that grows by a sign with every code that is compared."""


class TalliedTotp(TotpMethod):
    """Every comparison leaves a sign in a file, whichever process makes it."""

    options_model = TallyOptions

    def verify(self, visit: Visit, sent: str) -> Verified | Wrong:
        with Path(self.options.tally).open("a") as tally:
            tally.write(".")
        return super().verify(visit, sent)


BADGE, RING, CHIP, MEDDLED, TALLIED = (
    f"{__name__}.{method.__name__}" for method in (Badge, Ring, Chip, MeddledTotp, TalliedTotp)
)


def one_of(*members: str, name: str = "factor", options: str = "") -> str:
    """The TOML of a choice; members are kinds, or the inside of a table."""
    tables = (each if "=" in each else f'kind = "{each}"' for each in members)
    return (
        f'\n[[tenants.kauri.steps]]\nkind = "one_of"\nname = "{name}"\ntitle = "Confirm"\n{options}'
        f"\nof = [{', '.join('{ ' + table + ' }' for table in tables)}]\n"
    )


class Person(Visitor):
    """Ripeka, with a new browser for every journey and a token of the moment."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        super().__init__(app)
        self.clock = clock

    def come(self, **changes: Any) -> Seen:
        """Begin a new journey."""
        dates = {"iat": self.clock.now, "exp": self.clock.now + 600}
        return self.arrive(**{**dates, "state": secrets.token_hex(8), **changes})


def key_on(page: Seen) -> str:
    """The key that an enrolment page shows."""
    (shown,) = re.findall(r'id="key-phone">([A-Z2-7 ]+)<', page.html)
    return str(shown).replace(" ", "")


def link_on(page: Seen) -> str:
    """The otpauth link that an enrolment page offers."""
    (link,) = [link for link in page.reader.links if link.startswith("otpauth:")]
    return link


def code(key: str, now: int, steps: int = 0) -> str:
    """The code that an app shows, so many time steps from now."""
    return str(pyotp.TOTP(key).at(now + STEP * steps))


def wrong_code(key: str, now: int) -> str:
    """Six digits that the app shows neither now nor anywhere near."""
    near = {code(key, now, steps) for steps in range(-20, 21)}
    return next(each for each in map("{:06}".format, range(50)) if each not in near)


def codes_on(page: Seen) -> list[str]:
    """The recovery codes that a page shows."""
    return [unescape(each) for each in re.findall(r"<li><code>([^<]+)</code></li>", page.html)]


def asked(page: Seen) -> str:
    """What a page asks for, in a word."""
    signs = {
        "enrol totp": 'id="key-phone"',
        "totp": "Code from the app",
        "recovery": ">Recovery code<",
        "chooser": 'class="ways"',
        "codes": 'class="codes"',
        "few codes": 'value="make"',
    }
    found = [word for word, sign in signs.items() if sign in page.html]
    return found[0] if found else "badge" if page.step else page.page


def offered(page: Seen) -> list[str]:
    """The ways that a page offers, in order, as the values of its buttons."""
    buttons = (each for each in page.reader.controls if each["tag"] == "button")
    return [each["value"] for each in buttons if each.get("name") == "use"]


def enrol(app: Flask, clock: Clock) -> str:
    """Set up an app in a journey of its own, and let its code run out; gives the key."""
    person = Person(app, clock)
    key = key_on(person.come())
    person.send({"code": code(key, clock.now)})
    clock.turn(STEP)
    return key


def confirm(app: Flask, clock: Clock, key: str, **more: str) -> Seen:
    """Come anew and confirm with the code of the moment, at the first step."""
    person = Person(app, clock)
    assert asked(person.come()) == "totp"
    return person.send({"code": code(key, clock.now), **more})


def subject_of(app: Flask, clock: Clock) -> bytes:
    """Ripeka, as the database knows her."""
    parts = app.extensions["hook"]
    tenant = parts.config.tenants["kauri"]
    fresh = token(iat=clock.now, exp=clock.now + 600)
    subject = subject_key(parts.store.pepper, tenant, verify(fresh, tenant, clock.now))
    assert subject
    return subject


def factors_of(app: Flask, clock: Clock) -> list[Factor]:
    """What Ripeka has enrolled, as the store opens it."""
    store = app.extensions["hook"].store
    return [factor for factor, _ in store.all_factors("kauri", subject_of(app, clock))]


def remove(app: Flask, clock: Clock, kind: str) -> None:
    """Remove her factors of a kind, as the help desk does."""
    store, subject = app.extensions["hook"].store, subject_of(app, clock)
    for factor in factors_of(app, clock):
        if factor.kind == kind:
            assert store.remove_factor("kauri", subject, factor)
