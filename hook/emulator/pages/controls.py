"""The forms that change the tenant: its assumptions, its faults, and a fresh start."""

from dataclasses import fields
from typing import NamedTuple

from flask import redirect, request
from werkzeug import Response

from hook.emulator import seed
from hook.emulator.errors import Problem
from hook.emulator.faults import Faults
from hook.emulator.settings import SettingsError
from hook.emulator.switches import SWITCHES, Switches
from hook.emulator.tenant import Tenant


class Choice(NamedTuple):
    """One switch, as the form shows it."""

    name: str
    choices: tuple[str, ...]
    chosen: str
    assumes: str
    is_changed: bool


class Fault(NamedTuple):
    """One fault, as the form shows it."""

    name: str
    label: str
    hint: str
    value: int
    is_number: bool


LABELS = {
    "hook_disabled": ("Skip the hook", "As with disabled = true in its configuration."),
    "session_timed_out": ("Hook sessions have timed out", "Whoever comes back is too late."),
    "clock_skew": ("Clock ahead by", "Seconds; a minus puts the tenant’s clock back."),
    "metadata_delay": ("Slow metadata", "Seconds before it is served, at most 30."),
    "api_down": ("Management API is down", "It answers 503."),
}


def switches(tenant: Tenant) -> list[Choice]:
    """List the assumptions and how they stand."""
    state = tenant.state.switches
    return [
        Choice(name, each.choices, state[name], each.assumes, state[name] != each.default)
        for name, each in SWITCHES.items()
    ]


def faults(tenant: Tenant) -> list[Fault]:
    """List the faults and how they stand, those to tick first."""
    listed = [
        Fault(
            each.name, *_label(each.name), getattr(tenant.state.faults, each.name), each.type is int
        )
        for each in fields(Faults)
    ]
    return sorted(listed, key=lambda fault: fault.is_number)


def faults_on(tenant: Tenant) -> list[str]:
    """Name the faults that are on, as the form does."""
    on = [each for each in faults(tenant) if each.value]
    return [f"{each.label} {each.value} s" if each.is_number else each.label for each in on]


def turn(tenant: Tenant) -> Response:
    """Assume what the form says. Raises `Problem`."""
    try:
        tried = Switches(dict(request.form))
    except SettingsError as error:
        raise Problem(400, "error", "No such assumption", str(error)) from error
    for name in request.form:
        tenant.state.switches.turn(name, tried[name])
    return _back(tenant, "assumptions")


def break_things(tenant: Tenant) -> Response:
    """Switch faults on or off as the form says; a box that is not ticked is not sent at all.

    Raises `Problem`.
    """
    try:
        wanted = {
            each.name: int(request.form.get(each.name) or 0)
            if each.type is int
            else each.name in request.form
            for each in fields(Faults)
        }
        tenant.state.faults.set(wanted)
    except ValueError as error:
        raise Problem(400, "error", "No such fault", str(error)) from error
    return _back(tenant, "faults")


def reset(tenant: Tenant) -> Response:
    """Forget everything and start as at the beginning."""
    seed.reset(tenant)
    return _back(tenant, "")


def _label(name: str) -> tuple[str, str]:
    return LABELS.get(name, (name.replace("_", " ").capitalize(), ""))


def _back(tenant: Tenant, part: str) -> Response:
    return redirect(f"{tenant.settings.tenant_url}/{f'#{part}' if part else ''}", 303)
