"""How much main memory there is to take.

Imports neither torch nor Qt.
"""

from __future__ import annotations

from pathlib import Path

import psutil

# Limit and use of the container's group; version 2, then version 1.
_CGROUP_FILES = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def free_memory() -> int:
    """Main memory that this process may still take, bytes; a container's limit counts."""
    free = int(psutil.virtual_memory().available)
    limits = (_container_memory(limit, used) for limit, used in _CGROUP_FILES)
    return max(0, min([free, *(left for left in limits if left is not None)]))


def _container_memory(limit: str, used: str) -> int | None:
    """Bytes left in a control group; None where there is none or it has no limit."""
    try:
        return int(Path(limit).read_text()) - int(Path(used).read_text())
    except (OSError, ValueError):  # "max" is no number
        return None
