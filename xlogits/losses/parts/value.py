"""Losses are values: frozen, with keyword fields, equal where type and fields are.

What `dataclass` writes for each class is compiled when the class is made, which for all the losses
took longer than the rest of a command; so equality and text are written once, here.
"""

from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with keyword fields, for a class that derives from `Value`."""
    return dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)


class Value:
    """Equality, hash and text from the fields."""

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), *self._fields().values()))

    def __repr__(self) -> str:
        given: Any = self  # mypy does not see that the classes are dataclasses
        text = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(given))
        return f"{type(self).__qualname__}({text})"
