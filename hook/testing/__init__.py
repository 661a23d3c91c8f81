"""For tests of steps: the contract, a visitor, a clock, an authenticator, a mail sink."""

from hook.testing.authenticator import SoftAuthenticator
from hook.testing.contract import SilentContract
from hook.testing.example import Example, SilentExample
from hook.testing.hooks import Clock, MakeHook, hooks_in
from hook.testing.mail import MailSink
from hook.testing.page_contract import StepContract
from hook.testing.visitor import Seen, Visitor
from hook.testing.visits import form, visit
from hook.testing.watch import watched_log

__all__ = [
    "Clock",
    "Example",
    "MailSink",
    "MakeHook",
    "Seen",
    "SilentContract",
    "SilentExample",
    "SoftAuthenticator",
    "StepContract",
    "Visitor",
    "form",
    "hooks_in",
    "visit",
    "watched_log",
]
