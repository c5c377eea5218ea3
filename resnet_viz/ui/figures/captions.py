"""What a figure's numbers depend on, in one paragraph for under it."""

from __future__ import annotations

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.wording import conditions
from resnet_viz.numerals import counted, figure
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.session import Session

STALE = "measured before the last change"


def explored(session: Session) -> str:
    """Model, weights, precision, mode, picture, class and cuts of what Explore shows."""
    parts = [session.spec.title()]
    if session.network is not None:
        parts.append(f"weights: {session.network.weights_label}")
    snapshot = session.snapshot
    if snapshot is not None:
        parts += [snapshot.dtype, _mode(snapshot)]
    if session.picture is not None:
        parts.append(f"picture: {session.picture.name}")
    if snapshot is not None:
        parts += [_loss(snapshot, session.labels), *_toggles(snapshot)]
    if session.stale and snapshot is not None:
        parts.append(STALE)
    return _sentence(parts)


def pair(measured: PairMeasured, *, stale: bool = False) -> str:
    """Both networks, weights, batch, precision and seed of what Gradients shows."""
    settings = measured.settings
    residual, plain = settings.spec("residual").title(), settings.spec("plain").title()
    parts = [
        f"{residual} and {plain}",
        conditions(settings),
        f"weights: {measured.weights_note}",
        f"batch: {measured.batch_note}",
        measured.residual.dtype,
        "loss: mean cross-entropy",
    ]
    return _sentence(parts + [STALE] * stale)


def _mode(snapshot: Snapshot) -> str:
    return f"{'training' if snapshot.training_mode else 'evaluation'} mode"


def _loss(snapshot: Snapshot, labels: tuple[str, ...]) -> str:
    target = int(snapshot.targets[0])
    name = labels[target] if target < len(labels) else f"class {target}"
    return f"loss {figure(snapshot.loss)} for “{name}”"


def _toggles(snapshot: Snapshot) -> list[str]:
    """Which paths were closed or weakened, counted."""
    blocks = snapshot.blocks
    said = []
    cut = sum(b.skip == 0 for b in blocks)
    if cut:
        said.append("all skips cut" if cut == len(blocks) else f"{cut} of {len(blocks)} skips cut")
    strengths = {b.skip for b in blocks} - {0.0, 1.0}
    if len(strengths) == 1:
        said.append(f"skips at α = {strengths.pop():g}")
    if dropped := sum(b.main == 0 for b in blocks):
        said.append(f"{counted(dropped, 'branch')} dropped")
    return said


def _sentence(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part) + "."
