"""Values: records that never change, declared as data classes are and made without generating source text.

A frozen data class writes and compiles its methods for every class, about 0.8 ms each, and its module loads
the whole inspector of the standard library. A ``check`` needs forty of them; that was a third of its time.
These classes share their methods instead. ``dataclasses.replace``, ``fields`` and ``asdict`` know them too.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

__all__ = [
    "NamedTuple",
    "content_of",
    "field",
    "frozen",
    "is_sha256",
    "late_but_for",
    "later",
    "names_of",
    "replace",
]

T = TypeVar("T")
_SHA256_DIGITS = 64
_named: Any = namedtuple  # noqa: PYI024 -- what typing makes its own of; mypy wants the fields spelt out


class _Made:
    """A default that is made anew for every value."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class _AsDataClass:
    """The standard library's view of the fields of one class, made when somebody first asks for it."""

    def __init__(self) -> None:
        self._views: dict[Any, Any] = {}

    def __get__(self, _: object, owner: Any) -> Any:
        view = self._views.get(owner)
        if view is None:
            view = self._views[owner] = self._view(owner)
        return view

    @staticmethod
    def _view(owner: Any) -> Any:
        import dataclasses

        declared = [
            (name, Any, dataclasses.field(default_factory=default.make))
            if isinstance(default, _Made)
            else (name, Any, dataclasses.field(default=default))
            for name, default in owner.__frozen_fields__
        ]
        made: Any = dataclasses.make_dataclass(owner.__name__, declared, kw_only=True)
        return made.__dataclass_fields__


_REQUIRED: Any = object()
_LATER: Any = object()


def field(*, default_factory: Callable[[], Any] | None = None, init: bool = True) -> Any:
    """A field whose default is made anew each time, or (``init=False``) one that ``__post_init__`` sets.

    A field that is set later is no part of what makes two values equal.
    """
    return _Made(default_factory) if init and default_factory is not None else _LATER


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A class of values: its annotated names become slots, in order, that are set once, when it is made."""
    space = dict(vars(cls))
    names = [name for name, kind in space.get("__annotations__", {}).items() if "ClassVar" not in str(kind)]
    defaults = {name: space.pop(name, _REQUIRED) for name in names}
    inherited = getattr(cls, "__frozen_fields__", ())
    own = [(name, default) for name, default in defaults.items() if default is not _LATER]
    cached = any(isinstance(one, cached_property) for one in space.values())
    for unwanted in ("__dict__", "__weakref__"):
        space.pop(unwanted, None)
    space |= {
        "__slots__": (*names, "__dict__") if cached else tuple(names),
        "__frozen_fields__": (*inherited, *own),
        "__dataclass_fields__": _AsDataClass(),
        "__match_args__": tuple(name for name, _ in (*inherited, *own)),
    }
    made: Any = type(cls.__name__, cls.__bases__, {**_SHARED, **space})
    made.__frozen_setters__ = tuple(getattr(made, name).__set__ for name in made.__match_args__)
    made.__frozen_usual__ = tuple(default for _, default in made.__frozen_fields__)
    made.__frozen_loose__ = [
        at for at, one in enumerate(made.__frozen_usual__) if one is _REQUIRED or type(one) is _Made
    ]
    made.__frozen_places__ = {name: at for at, name in enumerate(made.__match_args__)}
    result: type[T] = made
    return result


class _AsTuple(type):
    """Makes named tuples of classes that are declared as those of typing.

    That one compiles every annotation, and what compiles first loads the classes of all syntax trees: 2 ms
    in each process of a ``check``.
    """

    def __new__(cls, name: str, _: tuple[type, ...], space: dict[str, Any]) -> Any:
        fields = list(space["__annotations__"])
        defaults = [space.pop(field) for field in fields if field in space]
        made = _named(name, fields, defaults=defaults, module=space["__module__"])
        for key, value in space.items():
            setattr(made, key, value)
        return made


if TYPE_CHECKING:
    from typing import NamedTuple
else:
    NamedTuple = type.__new__(_AsTuple, "NamedTuple", (), {})


def replace(one: T, /, **changes: Any) -> T:
    """The same value with other content in the named fields."""
    content = [changes.pop(name) if name in changes else getattr(one, name) for name in names_of(one)]
    if changes:
        raise TypeError(f"{type(one).__name__} has no {', '.join(changes)}")
    return type(one)(*content)


def names_of(one: Any) -> tuple[str, ...]:
    """The names of a value's fields in order; none for what is no value. Named tuples are values."""
    kind = type(one)
    found: tuple[str, ...] = kind.__match_args__ if hasattr(kind, "__frozen_fields__") else ()
    return found or getattr(kind, "_fields", ())


def content_of(one: Any) -> dict[str, Any]:
    """A value's fields by name, themselves unchanged."""
    return {name: getattr(one, name) for name in names_of(one)}


class _Late:
    """A slot that is filled with all others when somebody asks for it first."""

    __slots__ = ("_name", "_slot")

    def __init__(self, name: str, slot: Any) -> None:
        self._name, self._slot = name, slot

    def __get__(self, one: Any, owner: Any = None) -> Any:
        if one is None:
            return self
        try:
            return self._slot.__get__(one, owner)
        except AttributeError:
            _complete(one)
        return self._slot.__get__(one, owner)


def late_but_for(*at_once: str) -> Callable[[type[T]], type[T]]:
    """Values that ``later`` makes: of them only these fields are always there, the others when asked for.

    The class has a further field ``_later``, with ``field(init=False)``. (As ``__getattr__`` this would slow
    down every look at every field, by twice.)
    """

    def made(kind: Any) -> Any:
        for name in kind.__match_args__:
            if name not in at_once:
                setattr(kind, name, _Late(name, getattr(kind, name)))
        return kind

    return made


def later(kind: type[T], make: Callable[[T], T], known: dict[str, Any]) -> T:
    """A value of which some fields are known; ``make`` turns it into the whole one; see ``late_but_for``.

    ``make`` takes the unfinished value. It is asked once, and then let go with all that it holds.
    """
    one = object.__new__(kind)
    shape: Any = kind
    for name, content in known.items():
        shape.__frozen_setters__[shape.__frozen_places__[name]](one, content)
    shape._later.__set__(one, make)  # noqa: SLF001 -- this module alone knows what it is for
    return one


def _complete(one: Any) -> None:
    kind = type(one)
    make = one._later  # noqa: SLF001 -- as above
    if make is not None:
        for setter, value in zip(kind.__frozen_setters__, _content(make(one)), strict=True):
            setter(one, value)
        kind._later.__set__(one, None)  # noqa: SLF001 -- as above


def _init(self: Any, *given: Any, **named: Any) -> None:
    kind = type(self)
    whole = not named and len(given) == len(kind.__frozen_setters__)
    values = given if whole else _completed(kind, given, named)
    for setter, value in zip(kind.__frozen_setters__, values, strict=True):
        setter(self, value)
    self.__post_init__()


def _completed(kind: Any, given: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
    values = [*given, *kind.__frozen_usual__[len(given) :]]
    if len(values) > len(kind.__frozen_usual__):
        raise TypeError(f"{kind.__name__} has no further fields")
    places = kind.__frozen_places__
    for name, value in named.items():
        if places.get(name, -1) < len(given):
            raise TypeError(f"{kind.__name__} has no further {name}")
        values[places[name]] = value
    for at in kind.__frozen_loose__:
        if values[at] is _REQUIRED:
            raise TypeError(f"{kind.__name__} needs {kind.__match_args__[at]}")
        if type(values[at]) is _Made:
            values[at] = values[at].make()
    return values


def _content(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in type(self).__match_args__])


def _equal(self: Any, other: object) -> Any:
    return _content(self) == _content(other) if type(other) is type(self) else NotImplemented


def _shown(self: Any) -> str:
    inside = [f"{name}={getattr(self, name)!r}" for name in type(self).__match_args__]
    return f"{type(self).__qualname__}({', '.join(inside)})"


def _refuse(self: Any, name: str, _: object = None) -> NoReturn:
    raise AttributeError(f"{type(self).__name__} never changes; {name} cannot be set")


_SHARED: dict[str, Any] = {
    "__init__": _init,
    "__post_init__": lambda _: None,
    "__eq__": _equal,
    "__hash__": lambda self: hash(_content(self)),
    "__repr__": _shown,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__reduce__": lambda self: (type(self), _content(self)),
}


def is_sha256(text: str) -> bool:
    """Whether a text is a SHA-256 in 64 small hexadecimal digits."""
    return len(text) == _SHA256_DIGITS and not set(text) - set("0123456789abcdef")
