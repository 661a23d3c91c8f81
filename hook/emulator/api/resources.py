"""What all things of the API have in common: they are made, listed, shown, changed and deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from flask import request

from hook.emulator.shelf import Shelf
from hook.emulator.site import Site
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

from . import lists
from .access import Answer, View, managed
from .problems import Detail, invalid, not_found

T = TypeVar("T")


def _any(_: object) -> bool:
    return True


@dataclass(frozen=True)
class Resource(Generic[T]):
    """Things of one sort at an address of the API; ids are UUIDs."""

    paths: tuple[str, ...]
    """Its address, then older spellings of it."""
    event: str
    """What its events start with."""
    shelf: Callable[[Tenant], Shelf[T]]
    create: Callable[[Tenant], T]
    """Makes one of this request and keeps it. Raises `ApiProblem`."""
    changed: Callable[[Tenant, T], Callable[[T], T]]
    """Makes a change of this request, for the thing as it stands now. Raises `ApiProblem`."""
    shown: Callable[[Tenant, T], Json]
    param: str = "id"
    """What error bodies call its id."""
    belongs: Callable[[T], bool] = _any
    """Tells its things from others on the same shelf."""
    wanted: Callable[[T], bool] = _any
    """Tells what this request's query wants listed."""

    def add(self, site: Site) -> None:
        """Add its addresses."""
        acts: tuple[tuple[str, str, str, View], ...] = (
            ("", "POST", "CREATE", self._post),
            ("", "GET", "RETRIEVE_LIST", self._list),
            ("/<key>", "GET", "RETRIEVE", self._get),
            ("/<key>", "PUT", "UPDATE", self._put),
            ("/<key>", "DELETE", "DELETE", self._delete),
        )
        for path in self.paths:
            for rest, method, act, view in acts:
                site.add_api(path + rest, managed(f"{self.event}_{act}", view), method)

    def found(self, tenant: Tenant, key: str) -> T:
        """Find a thing. Raises `ApiProblem`."""
        uuid(key, self.param)
        thing = self.shelf(tenant).get(key)
        if thing is None or not self.belongs(thing):
            raise not_found(key, self.param)
        return thing

    def _post(self, tenant: Tenant) -> Answer:
        return self.shown(tenant, self.create(tenant)), 201

    def _list(self, tenant: Tenant) -> Answer:
        def is_it(thing: T) -> bool:
            return self.belongs(thing) and self.wanted(thing)

        return lists.page(self.shelf(tenant), partial(self.shown, tenant), is_it), 200

    def _get(self, tenant: Tenant, key: str) -> Answer:
        return self.shown(tenant, self.found(tenant, key)), 200

    def _put(self, tenant: Tenant, key: str) -> Answer:
        change = self.changed(tenant, self.found(tenant, key))
        before = self.shelf(tenant).change(key, change)
        if before is None:
            raise not_found(key, self.param)
        return self.shown(tenant, change(before)), 200

    def _delete(self, tenant: Tenant, key: str) -> Answer:
        self.found(tenant, key)
        if self.shelf(tenant).take(key) is None:
            raise not_found(key, self.param)
        return {}, 204


def uuid(text: str, param: str) -> None:
    """Raise `ApiProblem` unless an id of the path is a UUID."""
    try:
        UUID(text)
    except ValueError:
        raise invalid(Detail(param, "Invalid value", "params", text)) from None


def asked(name: str) -> str:
    """Give a parameter of this request's query."""
    return request.args.get(name, "")
