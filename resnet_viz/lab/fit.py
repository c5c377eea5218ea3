"""Whether a network and its batch fit into memory, asked before they are built.

Imports neither torch nor Qt.
"""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.analysis.kept_memory import kept
from resnet_viz.lab.settings import LabSettings
from resnet_viz.memory import free_memory
from resnet_viz.models.counting import count
from resnet_viz.numerals import binary_size

_NUMBER_BYTES = {"float32": 4, "float64": 8}

# Fitted to the peak of the resident memory of `capture`, each in a process of its own
# (benchmarks/memory.py, twelve networks from ResNet-20 on 64 images to ResNet-1202 on 4): the
# estimate is 1.0 to 1.6 times what was measured, above 300 MiB 1.0 to 1.25 times.
_ALLOCATOR = 1.2  # what allocators take for what is kept
_LARGEST_TENSORS = 5  # of the largest size, alive at once in a convolution and its gradient
_WEIGHTS_AND_GRADIENTS = 2
_SMALL_TENSORS = 4  # per block, held until the end where they are small
_SMALL = 1 << 16  # elements; as in probe/gradients.py, which this module must not import
_BASE_BYTES = 20 * 2**20

# What is free now may be taken by somebody else until it is needed.
_SHARE_OF_FREE = 0.9


@dataclass(frozen=True)
class Fit:
    """What measuring a pair needs and what there is.

    Attributes:
        needed_bytes: estimated peak for a forward and a backward pass of one network at a
            time, beyond what the program uses already.
        available_bytes: memory that is free.
        fits: whether it fits with something to spare.
        sentence: the same for people, with what would fit instead.
    """

    needed_bytes: int
    available_bytes: int
    fits: bool
    sentence: str


def will_fit(settings: LabSettings, device_memory: int | None = None) -> Fit:
    """Compare the memory of a measurement with what is free.

    Args:
        settings: networks, batch and precision.
        device_memory: free bytes on the device that computes; None for main memory.
    """
    available = free_memory() if device_memory is None else device_memory
    needed = needed_bytes(settings, settings.n_images)
    fits = needed <= _SHARE_OF_FREE * available
    return Fit(needed, available, fits, _sentence(settings, needed, available, fits))


def needed_bytes(settings: LabSettings, n_images: int) -> int:
    """Peak memory of one forward and one backward pass, with gradients and weights.

    Both networks are measured one after the other, so the activations of one count; where
    each has weights of its own, both networks' weights do.
    """
    spec = settings.spec("residual")
    number = _NUMBER_BYTES[settings.dtype]
    own = kept(spec)
    small = sum(size for size in own.outputs if size * n_images < _SMALL)
    passing = _LARGEST_TENSORS * own.largest + _SMALL_TENSORS * small
    per_image = _ALLOCATOR * (own.elements * number + own.index_bytes) + passing * number
    weights = count(spec).parameters * number
    copies = _WEIGHTS_AND_GRADIENTS + (0 if settings.same_weights else 1)
    return round(_BASE_BYTES + weights * copies + per_image * n_images)


def images_that_fit(settings: LabSettings, available: int) -> int:
    """The largest batch that fits into `available` bytes; 0 if not even one image does."""
    low, high = 0, max(1, settings.n_images)
    while low < high:
        middle = (low + high + 1) // 2
        if needed_bytes(settings, middle) <= _SHARE_OF_FREE * available:
            low = middle
        else:
            high = middle - 1
    return low


def _sentence(settings: LabSettings, needed: int, available: int, fits: bool) -> str:
    title = settings.spec("residual").title()
    said = f"{title} on {_images(settings.n_images)} needs about {binary_size(needed)}"
    if fits:
        return f"{said}; {binary_size(available)} are free."
    said += f", but {binary_size(available)} are free"
    fitting = images_that_fit(settings, available)
    if fitting:
        return f"{said}: {_images(fitting)} would fit."
    return f"{said}, too little for a single image: choose a smaller network."


def _images(number: int) -> str:
    return f"{number:,} image{'' if number == 1 else 's'}"
