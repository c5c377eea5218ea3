"""Measurements made before: the same question again costs nothing.

Undoing a cut, or selecting another block, asks a question whose answer is known already.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from resnet_viz.engine.messages import Explore
from resnet_viz.models.gates import OPEN
from resnet_viz.probe.snapshot import Snapshot

# Maps are copied at about 1 ms per 3 MB and 0.3 ms per block: measured at ResNet-56 +1 % for
# three blocks and +35 % for all 27. So a first measurement takes the neighbours along (the
# arrow keys go there next), and only somebody who goes on asking for maps pays for many.
_NEIGHBOURS = 1
_NEIGHBOUR_BYTES = 16 * 2**20
_BROWSING_BYTES = 64 * 2**20
# The figures of one block as Python objects, measured: without them in the sum a slider that is
# dragged for hours would fill the memory although no map is kept.
_FIGURES_BYTES = 1_400


class Measurements:
    """Snapshots by question, the least recently used forgotten first.

    Args:
        limit_bytes: memory for figures and maps; the newest measurement stays whatever its size.
    """

    def __init__(self, limit_bytes: int = 256 * 2**20) -> None:
        self._limit_bytes = limit_bytes
        self._known: OrderedDict[Hashable, Snapshot] = OrderedDict()

    def recall(self, asked: Hashable, keep: Sequence[str]) -> Snapshot | None:
        """The answer to a question, or None if it has to be measured.

        Args:
            asked: everything that decides the figures.
            keep: blocks whose maps are wanted.
        """
        known = self._known.get(asked)
        if known is None or not set(keep) <= known.maps.keys():
            return None
        self._known.move_to_end(asked)
        return _with_maps(known, keep)

    def remember(self, asked: Hashable, keep: Sequence[str], snapshot: Snapshot) -> Snapshot:
        """Keep a measurement; returns it with the maps that are wanted."""
        before = self._known.pop(asked, None)
        if before is not None:
            snapshot = replace(snapshot, maps={**before.maps, **snapshot.maps})
        self._known[asked] = snapshot
        while len(self._known) > 1 and self.nbytes > self._limit_bytes:
            self._known.popitem(last=False)
        return _with_maps(snapshot, keep)

    def clear(self) -> None:
        """Forget everything: the network has changed."""
        self._known.clear()

    @property
    def nbytes(self) -> int:
        """Memory of all figures and maps."""
        return sum(
            _FIGURES_BYTES * len(known.blocks) + sum(m.nbytes for m in known.maps.values())
            for known in self._known.values()
        )

    def worth_keeping(
        self, asked: Hashable, keep: Sequence[str], block_bytes: Mapping[str, int]
    ) -> tuple[str, ...]:
        """The blocks whose maps to take along: those asked for and some that may be next.

        Args:
            asked: the question.
            keep: blocks whose maps are wanted.
            block_bytes: memory of each block's maps, in forward order.
        """
        names = list(block_bytes)
        known = self._known.get(asked)
        if known is None:
            return _around(keep, names, block_bytes, _NEIGHBOURS, _NEIGHBOUR_BYTES)
        missing = {n: size for n, size in block_bytes.items() if n not in known.maps}
        return _around(keep, names, missing, len(names), _BROWSING_BYTES)


def _around(
    wanted: Sequence[str],
    names: Sequence[str],
    block_bytes: Mapping[str, int],
    reach: int,
    limit_bytes: int,
) -> tuple[str, ...]:
    """`wanted`, and of `block_bytes` the nearest within `reach` blocks, up to `limit_bytes`."""
    centres = [names.index(name) for name in wanted]
    if not centres:
        return ()
    distance = {n: min(abs(i - c) for c in centres) for i, n in enumerate(names)}
    taken = list(wanted)
    room = limit_bytes - sum(block_bytes.get(name, 0) for name in wanted)
    for name in sorted(block_bytes, key=distance.__getitem__):
        room -= block_bytes[name] if name not in wanted else 0
        if distance[name] > reach or room < 0:
            break
        if name not in wanted:
            taken.append(name)
    return tuple(taken)


def question(job: Explore) -> Hashable:
    """Of an exploration, everything that decides the figures; which maps are kept does not."""
    gates = frozenset((name, gate) for name, gate in job.gates.items() if gate != OPEN)
    image = hashlib.blake2b(job.image.tobytes(), digest_size=16).digest()
    return job.choice, job.image.shape, image, gates, job.target


def _with_maps(snapshot: Snapshot, names: Sequence[str]) -> Snapshot:
    return replace(snapshot, maps={name: snapshot.maps[name] for name in names})
