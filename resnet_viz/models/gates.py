"""Gates: how much of the shortcut and of the residual branch enters each block's sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """Weights of the two paths of one block: y = act(skip * shortcut(x) + main * F(x)).

    Attributes:
        skip: weight of the shortcut, in [0, 1]; 0 cuts the skip connection.
        main: weight of the residual branch, in [0, 1]; 0 drops the branch.

    Raises:
        ValueError: if a weight lies outside [0, 1].
    """

    skip: float = 1.0
    main: float = 1.0

    def __post_init__(self) -> None:
        for name in ("skip", "main"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:  # also refuses NaN
                raise ValueError(f"gate {name} must lie in [0, 1], got {value!r}")


OPEN = Gate()
PLAIN = Gate(skip=0.0)


class Gates(MutableMapping[str, Gate]):
    """The gates of a network by block name, in forward order; the set of names is fixed.

    Args:
        names: block names in forward order (`layer1.0`, ...).
        on_change: called with (name, gate) after each assignment.
    """

    def __init__(self, names: Iterable[str], on_change: Callable[[str, Gate], None]) -> None:
        self._gates = dict.fromkeys(names, OPEN)
        self._on_change = on_change

    def __getitem__(self, name: str) -> Gate:
        return self._gates[name]

    def __setitem__(self, name: str, gate: Gate) -> None:
        if name not in self._gates:
            known = list(self._gates)
            raise KeyError(f"no block named {name!r}; blocks run from {known[0]} to {known[-1]}")
        self._gates[name] = gate
        self._on_change(name, gate)

    def __delitem__(self, name: str) -> None:
        """Open the block's gates again; blocks cannot be removed."""
        self[name] = OPEN

    def __iter__(self) -> Iterator[str]:
        return iter(self._gates)

    def __len__(self) -> int:
        return len(self._gates)

    def set_all(self, gate: Gate) -> None:
        """Give every block the same gate."""
        for name in self._gates:
            self[name] = gate

    def assign(self, gates: Mapping[str, Gate], default: Gate = OPEN) -> None:
        """Set every block: those in `gates` as given, all others to `default`."""
        for name in gates:
            if name not in self._gates:
                self[name] = gates[name]  # raises the KeyError that names the range
        for name in self._gates:
            self[name] = gates.get(name, default)
