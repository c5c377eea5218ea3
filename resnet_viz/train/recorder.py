"""`Recorder`: run folders from training scripts of one's own."""

from __future__ import annotations

import atexit
import math
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from torch import Tensor, nn

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.thinning import evenly
from resnet_viz.train.config import RecordingConfig
from resnet_viz.train.environment import environment
from resnet_viz.train.ledger import Ledger
from resnet_viz.train.pace import memory_bytes
from resnet_viz.train.recorded_network import (
    bare,
    describe,
    device_of,
    is_first_process,
    refuse_compiled,
)
from resnet_viz.train.run_writer import RunWriter
from resnet_viz.train.script_probe import ScriptProbe

# Reading a loss waits for a GPU, and a second is soon enough for whoever watches.
_FLUSH_S = 1.0
_SYSTEM_S = 2.0
# Between two snapshots of a run whose length is unknown, in steps at least.
_SNAPSHOT_STEPS = 100

Ending = Literal["finished", "stopped", "failed"]


class Recorder:
    """Writes down a training of your own, for the Train workspace to show while it runs.

    Three lines in a script: make it, call `step` after every update of the weights, and close
    it, here by `with`:

        from resnet_viz.train import Recorder

        net = torchvision.models.resnet18(num_classes=10)
        with Recorder("runs/mine", net, total_steps=epochs * len(loader)) as recorder:
            for images, labels in ...:
                loss = F.cross_entropy(net(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                recorder.step(loss, lr=optimizer.param_groups[0]["lr"])

    In some steps, as `every` and `share` say, hooks measure every residual block: the gradient
    at its input, the update of its weights, dead channels, and the sizes of shortcut, branch
    and output. They only look: the weights come out the same to the last bit. Loss and
    accuracy may stay tensors on a GPU; they are read about once a second.

    With several processes (`torchrun`) make one in each: the first process records its own
    part of each batch, the others do nothing. Where several forward passes make one step, the
    first is measured. A full disk does not end your training: what could not be written waits,
    with a warning, and is tried again.

    Args:
        folder: of the run, made here; one recorder writes one folder.
        net: made of residual blocks: ours, torchvision's or timm's; the very one that is
            trained, not compiled, with `DistributedDataParallel` around it or without.
        total_steps: of the whole training; 0 if unknown.
        steps_per_epoch: 0 if unknown: all steps then belong to one epoch.
        every: steps between measurements of the blocks; 0: as often as `share` allows.
        share: of the training time that measuring may take.
        snapshots: weights kept for looking back, spread evenly over the run; 0 for none.
        resume_step: continue the run that is in `folder` after the step at which
            `checkpoint_saved` was called; what was recorded later is removed.
        name: of the run, for people; the folder's name if empty.
        dataset: for people.
        classes: names by index.
        batch_size: images in a step, for images per second; 0 if unknown.

    Raises:
        UserError: if `net` has no residual blocks or is compiled, there is a run in the folder
            already (or none, with `resume_step`), or it cannot be written.
    """

    def __init__(
        self,
        folder: str | Path,
        net: nn.Module,
        *,
        total_steps: int = 0,
        steps_per_epoch: int = 0,
        every: int = 0,
        share: float = 0.03,
        snapshots: int = 0,
        resume_step: int | None = None,
        name: str = "",
        dataset: str = "",
        classes: Sequence[str] = (),
        batch_size: int = 0,
    ) -> None:
        refuse_compiled(net)
        self._net = bare(net)
        self._probe = ScriptProbe(self._net, RecordingConfig(every, share, snapshots))
        self._closed = not is_first_process()
        if self._closed:
            return
        self._facts = RunFacts(
            networks=(describe(self._net, self._probe.meter),),
            dataset=dataset,
            classes=tuple(classes),
            n_steps=total_steps,
            steps_per_epoch=steps_per_epoch,
            batch_size=batch_size,
            created=time.time(),
            name=name,
            environment=environment(device_of(self._net)),
        )
        self._writer = RunWriter(Path(folder), snapshots=snapshots)
        self._moments = evenly(snapshots, total_steps) if total_steps else None
        self._step = self._open(resume_step)
        self._ledger = Ledger(
            self._writer,
            steps_per_epoch=steps_per_epoch,
            batch_size=batch_size,
            first_step=self._step,
            spent=_seconds(Path(folder)) if self._step else 0.0,
        )
        self._next_flush = self._next_system = time.monotonic()
        self._failing = False
        self._next_snapshot = self._step if snapshots else math.inf
        self._snapshot_if_due()
        atexit.register(self.close)
        self._probe.await_step(self._step + 1)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close("finished")
        elif isinstance(error, KeyboardInterrupt | SystemExit):
            self.close("stopped")
        else:
            self.close("failed", message=f"{type(error).__name__}: {error}")

    # --- told by the script ------------------------------------------------------------------

    def step(
        self,
        loss: Tensor | float,
        accuracy: Tensor | float | None = None,
        lr: float | None = None,
        *,
        loss_scale: float = 1.0,
    ) -> None:
        """The weights have been updated.

        Args:
            loss: mean over the batch, before the update.
            accuracy: share of the batch named rightly, 0 to 1, before the update.
            lr: learning rate used.
            loss_scale: what the loss was multiplied by before the backward pass, as by a
                `GradScaler` (`scaler.get_scale()`): gradients are divided by it again.

        Raises:
            UserError: in the first step, if no forward pass went through the network.
        """
        if self._closed:
            return
        figures = self._probe.end_step()
        self._step += 1
        self._ledger.step(self._step, loss, accuracy, lr)
        if figures is not None:
            self._ledger.blocks(self._step, figures, loss_scale)
        if time.monotonic() >= self._next_flush:
            self.flush()
        self._snapshot_if_due()
        self._probe.await_step(self._step + 1)

    def evaluation(self, loss: float, accuracy: float, n_images: int = 0) -> None:
        """The network was measured on held-out pictures after the last step.

        Args:
            loss: mean over the pictures.
            accuracy: share named rightly, 0 to 1.
            n_images: how many were measured; 0 if unknown.
        """
        if self._closed:
            return
        self._ledger.evaluation(self._step, float(loss), float(accuracy), n_images)
        self.flush()

    def checkpoint_saved(self) -> None:
        """You have saved a checkpoint of your own: `resume_step` can continue from this step."""
        if not self._closed:
            self._ledger.post()
            self._try(lambda: self._writer.checkpoint(self._step, {}, {}))

    def flush(self) -> None:
        """Hand over what is known, so that others see it; waits for a GPU."""
        if self._closed:
            return
        self._ledger.post()
        now = time.monotonic()
        if now >= self._next_system:
            self._next_system = now + _SYSTEM_S
            memory = memory_bytes(device_of(self._net))
            self._ledger.system(self._step, memory_bytes=memory, probe_share=self._probe.share)
        self._next_flush = now + _FLUSH_S
        self._try(self._writer.flush)

    def close(self, ending: Ending = "stopped", *, message: str = "") -> None:
        """Write the rest; nothing is recorded afterwards. Implied by `with`, and by the exit.

        Args:
            ending: how the training ended; one that made its `total_steps` is finished.
            message: why, for people.
        """
        if self._closed:
            return
        if ending == "stopped" and 0 < self._facts.n_steps <= self._step:
            ending = "finished"
        atexit.unregister(self.close)
        self._probe.close()
        self.flush()
        self._closed = True
        more = {"message": message} if message else {}
        self._try(lambda: self._writer.event(self._step, ending, **more))
        self._writer.close()

    # --- what comes of it --------------------------------------------------------------------

    def _open(self, resume_step: int | None) -> int:
        """Begin the run, or go back in the one that is there; the steps that it has made."""
        if resume_step is None:
            self._writer.create(self._facts)
            self._writer.event(0, "started")
            return 0
        try:
            _continue(self._writer, self._facts, resume_step)
        except BaseException:
            self._writer.close()
            raise
        return resume_step

    def _snapshot_if_due(self) -> None:
        if self._moments is not None:
            due = self._step in self._moments
        else:  # at intervals that grow with the run; the writer thins them out
            due = self._step >= self._next_snapshot
            if due:
                self._next_snapshot = self._step + max(_SNAPSHOT_STEPS, self._step // 8)
        if due:
            state = {"network": self._net.state_dict()}
            self._try(lambda: self._writer.snapshot(self._step, state))

    def _try(self, write: Callable[[], None]) -> None:
        """Write, or warn and go on: a full disk is no reason to lose a training."""
        try:
            write()
        except UserError as error:
            if not self._failing:
                warnings.warn(f"{error} Recording goes on.", RuntimeWarning, stacklevel=4)
            self._failing = True
        else:
            self._failing = False


def _continue(writer: RunWriter, facts: RunFacts, step: int) -> None:
    """Go back to a step of the run that is there.

    Raises:
        UserError: if there is none, it is of another network, or knows no such step.
    """
    if writer.facts.networks != facts.networks:
        raise UserError(
            f"The run in {str(writer.path)!r} is of another network.", "Choose another folder."
        )
    try:
        writer.truncate(step)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The run in {str(writer.path)!r} cannot be continued after step {step}.",
            "Call checkpoint_saved() where you save your own checkpoints; the run can go on "
            "from the last two of these.",
        ) from error
    writer.event(step, "resumed")


def _seconds(folder: Path) -> float:
    """What the steps that a run has recorded took."""
    reader = RunReader(folder)
    reader.read_all()
    seconds = reader.steps("network").seconds
    return float(seconds[-1]) if len(seconds) else 0.0
