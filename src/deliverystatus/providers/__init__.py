"""
The providers: every file here is one, found by its name, as the standard library finds its codecs.

Another package can bring more: an entry point in the group ``deliverystatus.providers`` that names a ``Provider``. It is looked
for only if no file here has the name, so nobody can replace one of these.
"""

from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules

from deliverystatus._contract import Habits, Provider
from deliverystatus.exceptions import UnknownName

#: The group of entry points in which other packages name their providers.
GROUP = "deliverystatus.providers"


@cache
def names() -> tuple[str, ...]:
    """Give the names of all providers of this package, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))


def get(name: str) -> Provider:
    """
    Give the provider of that name: of this package, or else of another that is installed.

    Raises:
        UnknownName: If there is none.
        TypeError: If another package's entry point of that name is no provider.
    """
    if name in names():
        provider: Provider = import_module(f"{__name__}.{name}").PROVIDER
        return provider
    return _of_another_package(name)


@lru_cache(maxsize=64)  # callers may name providers of their own
def habits(name: str | None) -> Habits:
    """Give how a provider reports; of a name that is none, and so may be anyone's, what is the rule."""
    try:
        return Habits() if name is None else get(name).habits
    except UnknownName:
        return Habits()


@cache
def _of_another_package(name: str) -> Provider:
    from importlib.metadata import entry_points  # noqa: PLC0415 (slow to import, and rare)

    others = {each.name: each for each in entry_points(group=GROUP)}
    UnknownName.refuse("provider", name, sorted({*names(), *others}))
    provider = others[name].load()
    if not isinstance(provider, Provider):
        raise TypeError(f"the entry point {name} of {GROUP} gives {type(provider).__name__}, no Provider")
    return provider
