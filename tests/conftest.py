"""What all tests share: no display needed, no user's files touched, no skip unnoticed in CI."""

from __future__ import annotations

import os

import pytest

# Before Qt is imported: tests of the window run without a display. Tests that need a real one
# start their own (tests/window).
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Before torch is imported: threads that spin while they wait are ruinous on busy machines.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Reasons that CI accepts; anything else that is skipped there is a failure.
EXPECTED_SKIPS = ("needs a CUDA device",)


@pytest.fixture(autouse=True, scope="session")
def _private_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings, caches and logs of the tests go to a temporary folder."""
    home = tmp_path_factory.mktemp("home")
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Turn a skip that nobody expected into a failure in CI."""
    if not report.skipped or os.environ.get("CI", "") not in ("true", "1"):
        return
    if hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(expected in reason for expected in EXPECTED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"unexpected skip in CI: {reason}"
