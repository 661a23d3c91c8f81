"""/emulator/…: steering the stand-in tenant from a program; the platform has nothing like it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import request

from hook.emulator import seed
from hook.emulator.settings import SettingsError
from hook.emulator.site import Site
from hook.emulator.state import Json
from hook.emulator.switches import SWITCHES, Switches
from hook.emulator.tenant import Tenant

from .problems import ApiProblem


def add(site: Site) -> None:
    """Add its addresses. They need no token: only this machine reaches them."""
    site.add("/emulator/reset", partial(_steered, _reset), "POST")
    for path, show, turn in (
        ("/emulator/switches", _switches, _turn),
        ("/emulator/faults", _faults, _set),
    ):
        site.add(path, show)
        site.add(path, partial(_steered, turn), "PUT")


def _steered(act: Callable[[Tenant, Mapping[str, Any]], Json], tenant: Tenant) -> Json:
    """Do what a program asks for."""
    # Without JSON in its Content-Type a browser would send a request across sites unasked.
    if request.mimetype != "application/json":
        raise ApiProblem(415, "UnsupportedMediaType", "Send Content-Type: application/json")
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise ApiProblem(400, "BadRequest", "Send a JSON object")
    return act(tenant, body)


def _reset(tenant: Tenant, _: Mapping[str, Any]) -> Json:
    seed.reset(tenant)
    return {}


def _switches(tenant: Tenant) -> Json:
    return {
        name: {"choice": tenant.state.switches[name]} | switch._asdict()
        for name, switch in SWITCHES.items()
    }


def _turn(tenant: Tenant, choices: Mapping[str, Any]) -> Json:
    """Turn all of them, or none where one is wrong."""
    try:
        Switches(choices)
    except SettingsError as error:
        raise ApiProblem(400, "BadRequest", str(error)) from None
    for name, choice in choices.items():
        tenant.state.switches.turn(name, choice)
    return _switches(tenant)


def _faults(tenant: Tenant) -> Json:
    return asdict(tenant.state.faults)


def _set(tenant: Tenant, values: Mapping[str, Any]) -> Json:
    try:
        tenant.state.faults.set(values)
    except ValueError as error:
        raise ApiProblem(400, "BadRequest", str(error)) from None
    return _faults(tenant)
