"""What is different while a slice of a training runs, and put back after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from resnet_viz.errors import UserError


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """So many threads of the CPU; 0 leaves torch's choice."""
    before = torch.get_num_threads()
    if count in (0, before):
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def enough_memory(device: torch.device | str) -> Iterator[None]:
    """Turn a full memory into a sentence; everything else passes.

    Raises:
        UserError: if memory runs out.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        # The CPU's allocator raises a bare RuntimeError.
        full = isinstance(error, torch.OutOfMemoryError | MemoryError)
        if full or "allocate memory" in str(error):
            raise UserError(
                f"The memory of {device} is full.",
                "Choose a smaller batch_size or network, or close other programs.",
            ) from error
        raise
