"""The providers: every file here is one, found by its name, as the standard library finds its codecs."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from deliverystatus._contract import Provider
from deliverystatus.exceptions import UnknownName


@cache
def names() -> tuple[str, ...]:
    """Give the names of all providers, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))


def get(name: str) -> Provider:
    """
    Give the provider of that name.

    Raises:
        UnknownName: If there is none.
    """
    UnknownName.refuse("provider", name, names())
    provider: Provider = import_module(f"{__name__}.{name}").PROVIDER
    return provider
