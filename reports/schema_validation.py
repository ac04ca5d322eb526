"""Whether a value from a file has the shape that a type says: the types of `document.py` and below.

What other programs learn from `conformance.schema.json`, a reader in this project asks here, so
that a file that somebody changed ends in one sentence and in no traceback.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from fixtures.exceptions import DocumentError


def check(value: object, kind: Any, place: str = "the document") -> None:
    """Raise `DocumentError`, which names the first place that differs, where the shape is not met.

    `kind` is a `TypedDict`, `list[…]`, `dict[str, …]` or `Mapping`, a pair, a `Literal`,
    `… | None` or a plain type. Members that the type does not have are let through.
    """
    parts = _parts(value, kind, place)
    if parts is None:
        raise DocumentError(f"{place} is not what it should be")
    for part, its_kind, its_place in parts:
        check(part, its_kind, its_place)


def _parts(value: object, kind: Any, place: str) -> Iterable[tuple[object, Any, str]] | None:
    """What else has to have which shape where; `None` where this has not its own."""
    origin, arguments = get_origin(kind), get_args(kind)
    if type(None) in arguments:
        return () if value is None else ((value, arguments[0], place),)
    if origin is Literal:
        return () if value in arguments else None
    if isinstance(value, dict):
        if is_typeddict(kind):
            return (
                (_member(value, n, place), k, f"{place}.{n}")
                for n, k in _members(kind)
                if n in value or n in kind.__required_keys__
            )
        return (
            ((v, arguments[1], f"{place}.{n}") for n, v in value.items())
            if origin in (dict, Mapping)
            else None
        )
    if isinstance(value, list):
        kinds = {list: arguments[:1] * len(value), tuple: arguments}.get(origin)
        if kinds is None or len(kinds) != len(value):
            return None
        return ((v, k, f"{place}.{n}") for n, (v, k) in enumerate(zip(value, kinds, strict=True)))
    return () if type(value) in _PLAIN.get(kind, ()) else None


def _member(value: dict[str, object], name: str, place: str) -> object:
    if name not in value:
        raise DocumentError(f"{place} has no {name!r}")
    return value[name]


_PLAIN = {str: (str,), int: (int,), float: (float, int), bool: (bool,)}


@cache
def _members(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(get_type_hints(kind).items())
