"""torchvision beside a torch that it was not built for."""

from __future__ import annotations

import importlib.machinery
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from resnet_viz import torchvision_compat
from resnet_viz.torchvision_compat import ensure_torchvision

# What torchvision 0.26 to 0.28 do on import, as far as it matters here.
_IMPORT_OF_TORCHVISION = """
import torch
from pathlib import Path

try:
    torch.ops.load_library(str(next(Path(__file__).parent.glob("_C*"))))
except (ImportError, OSError, StopIteration):
    pass

@torch.library.register_fake("torchvision::{operator}")
def fake(dets, scores, iou_threshold):
    return dets
"""


def a_broken_torchvision(folder: Path, operator: str) -> None:
    package = folder / "torchvision"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(_IMPORT_OF_TORCHVISION.format(operator=operator))
    (package / "_C.so").write_bytes(b"built for another torch")


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    prelude = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    command = [sys.executable, "-W", "error", "-c", prelude + textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_torchvision_that_does_not_fit_imports_and_is_named(tmp_path: Path):
    a_broken_torchvision(tmp_path / "new", "qnms")
    a_broken_torchvision(tmp_path / "old", "nms")
    done = run(
        tmp_path / "new",
        f"""
        import torch
        try:
            import torchvision
        except RuntimeError as error:
            print(error)
        from resnet_viz.torchvision_compat import ensure_torchvision
        print(ensure_torchvision())
        import torchvision
        del sys.modules["torchvision"]
        sys.path[0] = {str(tmp_path / "old")!r}
        import gc; gc.collect()
        import torchvision
        print(torchvision.__file__)
        """,
    )
    assert done.returncode == 0, done.stderr
    before, sentence, file = done.stdout.splitlines()
    assert before == "operator torchvision::qnms does not exist"
    assert "does not fit the installed torch" in sentence
    assert torch.__version__ in sentence
    assert "reinstall torch and torchvision together" in sentence
    assert file.startswith(str(tmp_path / "old"))


def test_the_real_torchvision_imports_without_a_warning():
    done = run(
        Path(),
        """
        from resnet_viz.torchvision_compat import ensure_torchvision
        first = ensure_torchvision()
        import torchvision, torchvision.transforms.v2, torchvision.datasets
        from torchvision.models import resnet18
        assert ensure_torchvision() == first
        """,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """As in a process that has not imported torchvision."""
    ensure_torchvision.cache_clear()
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    yield monkeypatch
    ensure_torchvision.cache_clear()


def find(fresh: pytest.MonkeyPatch, folder: Path | None) -> None:
    found = importlib.machinery.ModuleSpec("torchvision", None, is_package=True)
    found.submodule_search_locations = [str(folder)]
    fresh.setattr(torchvision_compat, "find_spec", lambda _: found if folder else None)


def test_a_torchvision_in_working_order_is_left_alone(tmp_path: Path, fresh: pytest.MonkeyPatch):
    shutil.copy(torch._C.__file__, tmp_path / "_C.so")  # a library that loads
    fresh.setattr(torchvision_compat, "_declare_missing", lambda: pytest.fail("not needed"))
    find(fresh, tmp_path)
    assert ensure_torchvision() is None


def test_a_torchvision_without_its_library_is_named(tmp_path: Path, fresh: pytest.MonkeyPatch):
    find(fresh, tmp_path)
    assert "the library _C is missing" in str(ensure_torchvision())


def test_a_missing_torchvision_is_named(fresh: pytest.MonkeyPatch):
    find(fresh, None)
    assert "torchvision is not installed" in str(ensure_torchvision())


def test_an_imported_torchvision_is_in_order(fresh: pytest.MonkeyPatch):
    fresh.setitem(sys.modules, "torchvision", torch)
    assert ensure_torchvision() is None
