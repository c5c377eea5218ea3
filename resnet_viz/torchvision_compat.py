"""Makes `import torchvision` survive a build that does not fit the installed torch.

Call `ensure_torchvision()` before the first import of torchvision. The commonest way to break
torchvision is a build for another torch (a CUDA build beside a CPU-only torch, say): its
compiled operators then cannot be loaded, which torchvision itself forgives, but its import
still registers shape functions for two of them and ends in "operator torchvision::nms does
not exist". Everything used here (models, weights, transforms, datasets) is pure Python, so
declaring the two missing operators is enough.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import torch

# Operators that torchvision's import names whether or not its library was loaded:
# 0.26 and 0.27 name nms, 0.28 both.
_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}

# A Library takes its operators with it when it is collected.
_libraries: list[torch.library.Library] = []


@lru_cache(maxsize=1)
def ensure_torchvision() -> str | None:
    """Make `import torchvision` work; a torchvision in working order is left as it is.

    Returns:
        None if torchvision is in order, else a sentence that names the fault and its mend.
    """
    if "torchvision" in sys.modules:  # it imported: by itself, so in order
        return None
    spec = find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return (
            "torchvision is not installed: published ImageNet weights and class names are "
            "missing. Install it with `pip install torchvision`."
        )
    fault = _load_operators(spec.submodule_search_locations[0])
    if fault is None:
        return None
    _declare_missing()
    return (
        f"torchvision {_version('torchvision')} does not fit the installed torch "
        f"{torch.__version__}: its compiled operators cannot be loaded ({fault}). "
        "ResNet Visualizer does without them. To mend it, reinstall torch and torchvision "
        "together, both from the same source (pytorch.org/get-started has the command)."
    )


def _load_operators(folder: str) -> str | None:
    """Load torchvision's compiled library as its own import will; the reason if that fails."""
    finder = FileFinder(folder, (ExtensionFileLoader, [*EXTENSION_SUFFIXES, ".so", ".pyd"]))
    library = finder.find_spec("_C")
    if library is None or library.origin is None:
        return "the library _C is missing"
    try:
        torch.ops.load_library(library.origin)  # type: ignore[no-untyped-call]
    except (ImportError, OSError) as error:
        # torch names the file; the loader's own reason is one level down.
        return str(error.__cause__ or error)
    return None


def _declare_missing() -> None:
    """WORKAROUND https://github.com/pytorch/vision/issues/9085: declare what import names."""
    missing = [name for name in _SCHEMAS if not hasattr(torch.ops.torchvision, name)]
    if not missing:
        return
    library = torch.library.Library(  # type: ignore[no-untyped-call]
        "torchvision", "FRAGMENT"
    )
    for name in missing:
        library.define(_SCHEMAS[name])  # type: ignore[no-untyped-call]
    _libraries.append(library)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(unknown version)"
