"""What the transport says: where a training is, what it costs, how it ended. No Qt."""

from __future__ import annotations

from resnet_viz.engine.messages import TrainingStatus
from resnet_viz.numerals import binary_size, figure
from resnet_viz.runs.layout import RunFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.overfitting import Overfitting
from resnet_viz.ui.train.run_words import chance_words, duration_words


def place_words(step: int, n_steps: int, steps_per_epoch: int) -> str:
    """`epoch 2 of 3 · step 140 of 390`: the step within its epoch."""
    if not steps_per_epoch:
        return f"step {step:,} of {n_steps:,}" if n_steps else f"step {step:,}"
    epoch, within = divmod(max(step - 1, 0), steps_per_epoch)
    done = within + 1 if step else 0
    epochs = f" of {-(-n_steps // steps_per_epoch):,}" if n_steps else ""
    return f"epoch {epoch + 1:,}{epochs} · step {done:,} of {steps_per_epoch:,}"


def speed_words(status: TrainingStatus) -> str:
    """`1,840 images/s · 14 min left`; empty before it is known."""
    parts = []
    if status.images_per_second > 0:
        rate = status.images_per_second
        parts.append(f"{rate:,.0f} images/s" if rate >= 10 else f"{figure(rate, 2)} images/s")
    if status.seconds_left > 0:
        parts.append(f"{duration_words(status.seconds_left)} left")
    return " · ".join(parts)


def cost_words(status: TrainingStatus) -> str:
    """`812 MiB · measuring blocks 2.8 %`: memory, and share of the time."""
    parts = [binary_size(status.memory_bytes)] if status.memory_bytes else []
    if status.step:
        parts.append(f"measuring blocks {100 * status.probe_share:.1f} %")
    return " · ".join(parts)


def saved_words(saved_step: int, folder: str) -> str:
    """`saved step 400 · 2025-…`."""
    if saved_step < 0:
        return f"nothing saved yet · {folder}"
    return f"saved step {saved_step:,} · {folder}"


def rate_words(lr: float, factor: float) -> str:
    """The learning rate of the last step, and what it is multiplied by."""
    times = "" if factor == 1 else f" (× {figure(factor, 2)})"
    return f"η now {figure(lr)}{times}" if lr else ""


def end_words(reader: RunReader) -> str:
    """How the run on screen stands, from its own last event."""
    state = reader.state
    reason = _last_message(reader)
    if state == "finished":
        return reason or "Finished."
    if state == "failed":
        return reason or "It failed."
    if state == "stopped":
        return reason or "Stopped; it can be resumed."
    if reader.interrupted:
        return "It was cut off; it can be resumed from its last checkpoint."
    return reason if state == "paused" else ""


def _last_message(reader: RunReader) -> str:
    for event in reversed(reader.events):
        if event["what"] in ("finished", "failed", "stopped", "paused"):
            return str(event.get("message") or "")
        if event["what"] in ("resumed", "continued", "started"):
            return ""
    return ""


def overfitting_words(title: str, found: Overfitting) -> str:
    """Which network overfits, and what has happened since its lowest held-out loss."""
    return f"{title}: {found.words()}"


def guess_words(facts: RunFacts) -> str:
    """What guessing gives, where the number of classes is known."""
    return f"{chance_words(len(facts.classes))}." if len(facts.classes) > 1 else ""
