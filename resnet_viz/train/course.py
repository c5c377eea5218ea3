"""A run from its first step to its exported weights, one slice after the other."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.numerals import figure
from resnet_viz.runs.thinning import evenly
from resnet_viz.train.background import Stage
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.evaluation import Evaluation
from resnet_viz.train.export import Exported, exporting
from resnet_viz.train.journal import DIVERGED_HINT, Journal, titles
from resnet_viz.train.loop import Trainer
from resnet_viz.train.pace import Pace
from resnet_viz.train.patience import Patience
from resnet_viz.train.probe_steps import BlockProbe
from resnet_viz.train.run_writer import Checkpoint, RunWriter


class Course:
    """Steps, measurements, checkpoints and snapshots of a run, in their order.

    Args:
        trainer: with the weights that the run begins with.
        writer: of the run folder, which is open.
        classes: names by index.

    Attributes:
        trainer: networks and steps.
        journal: what is written down.
        pace: time spent.
        stage: what is being done, for people.
        evaluation: what was measured last on the held-out pictures, and after which step.
        exported: the files of each network, once they are written.
        saved_step: of the last checkpoint, -1 before the first.
        together: whether all processes of the crew still do the same in every slice; the
            first one writes the weights by itself.
    """

    def __init__(self, trainer: Trainer, writer: RunWriter, classes: tuple[str, ...]) -> None:
        config = trainer.config
        self.trainer = trainer
        self.pace = Pace()
        nets = {key: learner.net for key, learner in trainer.learners.items()}
        self._probe: BlockProbe | None = None
        if trainer.crew.rank == 0:
            self._probe = BlockProbe(nets, config.recording, trainer.device)
            trainer.observers.append(self._probe)
        self.journal = Journal(trainer, writer, self._probe, self.pace)
        self.stage = Stage("Training")
        self.evaluation: tuple[int, Mapping[NetworkKey, Evaluation]] | None = None
        self.exported: dict[NetworkKey, Exported] = {}
        self.saved_step = -1
        self.together = True
        self._writer = writer
        self._classes = classes
        self._patience = Patience(config.run.patience)
        self._evaluation_due = False
        self._gate_changes = 0
        self._snapshots = evenly(config.recording.snapshots, trainer.n_steps)

    @property
    def learned(self) -> bool:
        """Whether all steps are done that will be."""
        return self.trainer.finished or (self._patience.exhausted and not self._evaluation_due)

    @property
    def measuring(self) -> bool:
        """Whether the networks are being measured on the held-out pictures after a step."""
        return self._evaluation_due

    def start(self) -> None:
        """A new run: keep its weights as they are before the first step."""
        notes = [note for learner in self.trainer.learners.values() for note in learner.notes]
        self.journal.event("started", message=" ".join(dict.fromkeys(notes)))
        self._snapshot()

    def resume(self, saved: Checkpoint | None) -> None:
        """A run that was interrupted: go back to its last checkpoint, if it had one.

        Raises:
            UserError: if a file cannot be written.
        """
        self._writer.truncate(saved.step if saved else 0)
        if saved:
            self.trainer.restore(saved.tensors, saved.state["trainer"])
            self._patience.restore(saved.state["patience"])
            self._evaluation_due = saved.state["evaluation_due"]
            self.pace.resume(saved.state["seconds"])
            self.saved_step = saved.step
        else:
            self._snapshot()
        self.journal.event("resumed")

    def slices(self) -> Generator[None, None, None]:
        """Do the run; between two slices all networks are as a training step left them.

        Raises:
            UserError: if a loss is not finite or something cannot be written.
        """
        if self._evaluation_due:  # the run was stopped in the middle of it
            yield from self._evaluate()
            self._keep()
        while not self.learned:
            self._step()
            if self._is_time_to_evaluate():
                self._evaluation_due = True
                yield from self._evaluate()
            self._keep()
            yield
        self.together = False
        if self.trainer.crew.rank == 0:
            yield from self._export()
        self.stage = Stage("Finished")
        self.journal.event("finished", message=self.summary())

    def _step(self) -> None:
        trainer = self.trainer
        with self.pace.stepping(trainer.step_index + 1):
            step = trainer.step()
            self.journal.step(step)
        self.stage = Stage("Training", trainer.step_index, trainer.n_steps, "steps")

    def _is_time_to_evaluate(self) -> bool:
        trainer, run = self.trainer, self.trainer.config.run
        if trainer.finished:
            return True
        if run.evaluate_steps:
            return trainer.step_index % run.evaluate_steps == 0
        epochs, rest = divmod(trainer.step_index, trainer.steps_per_epoch)
        return rest == 0 and epochs % run.evaluate_every == 0

    def _evaluate(self) -> Generator[None, None, None]:
        trainer = self.trainer
        self.journal.read()
        batches, changes = trainer.evaluating(), self._gate_changes
        total = len(trainer.sample) * len(trainer.learners)
        while True:
            if changes != self._gate_changes:  # what was measured is no more
                batches, changes = trainer.evaluating(), self._gate_changes
            try:
                done = next(batches)
            except StopIteration as end:
                measured: Mapping[NetworkKey, Evaluation] = end.value
                break
            self.stage = Stage("Measuring on held-out pictures", done, total, "pictures")
            yield
        epoch = -(-trainer.step_index // trainer.steps_per_epoch)
        self.journal.evaluated(epoch, measured)
        self._patience.saw(measured)
        self.evaluation = trainer.step_index, measured
        self._evaluation_due = False

    def _keep(self) -> None:
        """Snapshot and checkpoint, where this step is to have one."""
        trainer = self.trainer
        if trainer.step_index in self._snapshots or self.learned:
            self._snapshot()
        epoch_ends = trainer.step_index % trainer.steps_per_epoch == 0
        if (
            self.learned
            or epoch_ends
            or trainer.step_index % trainer.config.run.checkpoint_every == 0
        ):
            self.checkpoint()

    def _snapshot(self) -> None:
        if self._snapshots:
            tensors = self.trainer.state()[0]
            weights = {str(key): tensors[key] for key in self.trainer.learners}
            self._writer.snapshot(self.trainer.step_index, weights)

    def checkpoint(self) -> None:
        """Keep all that is needed to continue from here.

        Raises:
            UserError: if the weights are not finite, or it cannot be written.
        """
        self.journal.flush()
        for key, learner in self.trainer.learners.items():
            if not learner.finite():
                step = self.trainer.step_index
                title = titles(self.trainer)[key]
                raise UserError(
                    f"The weights of {title} are not finite after step {step}; "
                    f"{self.journal.last_good()}.",
                    DIVERGED_HINT,
                )
        tensors, facts = self.trainer.state()
        state: dict[str, Any] = {
            "trainer": facts,
            "patience": self._patience.facts(),
            "evaluation_due": self._evaluation_due,
            "seconds": self.pace.seconds,
        }
        self._writer.checkpoint(self.trainer.step_index, tensors, state)
        self.saved_step = self.trainer.step_index

    def _export(self) -> Generator[None, None, None]:
        trainer = self.trainer
        for key, learner in trainer.learners.items():
            batches = exporting(
                learner.net, key, trainer.config, self._classes, trainer.test, self._writer.path
            )
            while True:
                try:
                    done = next(batches)
                except StopIteration as end:
                    self.exported[key] = end.value
                    break
                self.stage = Stage("Writing weights", done, len(trainer.test), "pictures")
                yield

    def summary(self) -> str:
        """What the run has reached, in sentences."""
        named = titles(self.trainer)
        reached = (
            f"{named[key]} names {100 * of.measured.accuracy:.1f} % of "
            f"{of.measured.n_images:,} held-out pictures rightly."
            for key, of in self.exported.items()
        )
        early = (self._patience.sentence(),) if not self.trainer.finished else ()
        return " ".join((*early, *reached))

    def break_off(self) -> None:
        """A slice ended in an error: leave no hook of a measurement in the networks."""
        if self._probe is not None:
            self._probe.close()

    # --- what may be told to it between two slices -------------------------------------------

    def set_lr_factor(self, factor: float) -> None:
        """Multiply the schedule's learning rate by `factor` from the next step on.

        Raises:
            UserError: if it is not a positive number, or cannot be recorded.
        """
        if not (factor > 0 and math.isfinite(factor)):
            raise UserError(f"A learning rate cannot be multiplied by {figure(factor)}.")
        if factor == self.trainer.lr_factor:
            return
        self.trainer.lr_factor = factor
        self.journal.flush()
        self.journal.event("lr", lr_factor=factor)
        self.checkpoint()

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Set the gates of all blocks of a network; those that are not named are opened.

        Raises:
            UserError: if there is no such network or block, or it cannot be recorded.
        """
        before = dict(self.trainer.learners[key].net.gates) if key in self.trainer.learners else {}
        self.trainer.set_gates(key, gates)
        now = dict(self.trainer.learners[key].net.gates)
        if now == before:
            return
        self._gate_changes += 1
        changed = {name: [gate.skip, gate.main] for name, gate in now.items() if gate != OPEN}
        self.journal.flush()
        self.journal.event("gates", network=key, gates=changed)
        self.checkpoint()
