"""What the Gradients workspace shows: settings, selection, the last pair, the findings.

Widgets show a session and change it through its methods; none of them talks to the engine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from resnet_viz.engine.messages import Cancelled, Failed, Found, PairMeasured
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.gradients import changes
from resnet_viz.ui.gradients.changes import same_numbers
from resnet_viz.ui.gradients.question import Engine, Picture, Question
from resnet_viz.ui.gradients.steps import Drag, SettingsStep, forget_steps_since

_DRAGGED = {"alpha", "gain", "init_std"}


class LabSession(QObject):
    """The state of the Gradients workspace.

    The pair on screen stays until the next one is measured. A change that fails is told and
    taken back: settings and pair on screen go together again.

    Attributes:
        settings: wanted; those on screen are `measured.settings`.
        spec: the residual network on screen.
        selected: name of the selected block.
        both: whether a cut is made in both networks.
        measured: the pair on screen.
        ghost: the pair before the last change; while a slider is dragged, before the drag.
        stale: whether the pair on screen belongs to earlier settings.
        findings: the newest finding per experiment key.
        running: key of the experiment that is computed, empty for none.
        picture: (H, W, 3) on screen, or None.
        undo: steps of the settings.

    Signals:
        settings_changed: the new `LabSettings`.
        network_changed: networks with other blocks are on screen, not measured yet or about to
            be told as measured.
        gates_changed: skips or branches were cut or restored, or α moved.
        selected_changed: name of the selected block.
        measured_changed: another pair is on screen, or none.
        stale_changed: the new `stale`.
        finding_changed: key of the experiment with a new finding.
        running_changed: the new `running`.
        failed: a `Failed` to tell the user.
        both_changed: the new `both`.
        picture_changed: the picture on screen is another one.
    """

    settings_changed = Signal(object)
    network_changed = Signal()
    gates_changed = Signal()
    selected_changed = Signal(str)
    measured_changed = Signal()
    stale_changed = Signal(bool)
    finding_changed = Signal(str)
    running_changed = Signal(str)
    failed = Signal(object)
    both_changed = Signal(bool)
    picture_changed = Signal()

    def __init__(
        self, engine: Engine, settings: LabSettings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self.settings = LabSettings() if settings is None else settings
        self.spec: ResNetSpec = self.settings.spec("residual")
        self.selected = changes.block_names(self.settings)[0]
        self.both = False
        self.measured: PairMeasured | None = None
        self.ghost: PairMeasured | None = None
        self.stale = True
        self.findings: dict[str, Finding] = {}
        self.running = ""
        self.picture: Picture | None = None
        self.undo = QUndoStack(self)
        self._active = False
        self._asked: dict[int, Question] = {}  # open questions by request id
        self._newest_id = -1
        self._newest: Question | None = None
        self._shown: Question | None = None
        self._run_id = -1
        self._found_with: dict[str, Question] = {}
        self._drag = 0  # number of the drag under way or to come
        self._dragging: Drag | None = None  # the drag that the last change was part of
        self._ghost_drag: Drag | None = None  # the drag that the ghost on screen was kept for

    # --- what the user does ------------------------------------------------------------------

    def activate(self) -> None:
        """The workspace is on screen: measure what has not been measured."""
        self._active = True
        if not self._question().same_as(self._newest):
            self._ask()

    def deactivate(self) -> None:
        """The workspace is hidden: another picture or device waits until it is shown again."""
        self._active = False

    def begin_with(self, settings: LabSettings) -> None:
        """Start from other settings: before anything has been measured, and without undo."""
        self._take(replace(settings, device=self.settings.device))
        if self.measured is None:
            self._show_network(settings.spec("residual"))

    def change(self, **fields: Any) -> None:
        """Change settings by field, as one step of undo; the changes of one drag are one step.

        Raises:
            UserError: if a value cannot be used; nothing is changed then.
        """
        drag = "" if set(fields) - _DRAGGED else " ".join(fields)
        self._push(_describe(fields), changes.changed(self.settings, **fields), drag)

    def set_settings(self, settings: LabSettings) -> None:
        """Take other settings, as one step of undo; the device stays the window's."""
        self._push("Other settings", settings)

    def set_depth(self, network: str) -> None:
        """Rebuild both with the depth of another preset, keeping the cuts that it has too.

        Raises:
            UserError: if there is no such network.
        """
        self.change(network=network)

    def set_device(self, device: str) -> None:
        """Compute elsewhere; not a step of undo."""
        if device != self.settings.device:
            self._take(replace(self.settings, device=device))
            if self._active:
                self._ask()

    def set_picture(self, picture: Picture) -> None:
        """Another picture, (H, W, 3) uint8, is on screen; measured if it is the batch."""
        self.picture = picture
        self.picture_changed.emit()
        if self._active and self.settings.batch == "picture":
            self._ask()

    def set_both(self, both: bool) -> None:
        """Whether a cut is made in both networks."""
        if both != self.both:
            self.both = both
            self.both_changed.emit(both)

    def select(self, name: str) -> None:
        """Select a block; unknown names are ignored."""
        if name != self.selected and name in self._shown_names():
            self.selected = name
            self.selected_changed.emit(name)

    def select_neighbour(self, step: int) -> None:
        """Select the block `step` further on; stops at both ends."""
        names = self._shown_names()
        index = names.index(self.selected) + step
        self.select(names[min(max(index, 0), len(names) - 1)])

    def flip_skip(self, side: Side, name: str) -> None:
        """Cut or restore one skip."""
        if name in changes.block_names(self.settings):
            verb = "Restore" if name in changes.cut_skips(self.settings, side) else "Cut"
            self._flip_skips(f"{verb} the skip of {name}", side, [name])

    def flip_stage(self, side: Side, stage: int) -> None:
        """Cut all skips of a stage, or restore them if all are cut."""
        names = changes.block_names(self.settings, stage)
        self._flip_skips(f"Skips of stage {stage}", side, names)

    def flip_all(self, side: Side) -> None:
        """Cut all skips of a network, or restore them if all are cut."""
        self._flip_skips("All skips", side, changes.block_names(self.settings))

    def flip_branch(self, side: Side, name: str) -> None:
        """Drop or restore one branch."""
        if name not in changes.block_names(self.settings):
            return
        dropped = name in changes.dropped_branches(self.settings, side)
        made = changes.with_branch_flipped(self.settings, side, name, both=self.both)
        self._push(f"{'Restore' if dropped else 'Drop'} the branch of {name}", made)

    def end_drag(self) -> None:
        """The slider was let go: the next change of it is a step of its own."""
        self._drag += 1

    def run(self, experiment: Experiment) -> None:
        """Compute an experiment with the settings of now; it takes the place of a running one."""
        self.running = experiment.key
        self._found_with[experiment.key] = self._question()
        self._run_id = self._engine.run_experiment(self.settings, experiment, self.picture)
        self.running_changed.emit(self.running)

    def cancel_run(self) -> None:
        """Stop the running experiment; what it has found is kept."""
        if self.running:
            request_id = self._run_id
            self._end_run()
            self._engine.cancel(request_id)

    # --- what the engine answers -------------------------------------------------------------

    def on_pair_measured(self, measured: PairMeasured) -> None:
        """A pair is there; those on the way to the newest question are shown as such."""
        question = self._take_question(measured.request_id)
        if question is None:
            return
        if not question.same_as(self._shown):
            self.ghost = self._ghost_for()
        self._shown = question
        self.measured = measured
        self._show_network(measured.settings.spec("residual"))
        self._set_stale(bool(self._asked) and not question.same_as(self._newest))
        self.measured_changed.emit()

    def on_found(self, found: Found) -> None:
        """An experiment has found something."""
        if found.request_id != self._run_id:
            return
        key = found.finding.experiment.key
        self.findings[key] = found.finding
        if found.finding.complete:
            self._end_run()
        self.finding_changed.emit(key)

    def on_failed(self, failed: Failed) -> None:
        """Something did not work: settings and pair on screen go together again."""
        if failed.request_id == self._run_id:
            self._end_run()
            self.failed.emit(failed)
        elif failed.request_id in self._asked:
            self._give_up(failed.request_id)
            self.failed.emit(failed)

    def on_cancelled(self, cancelled: Cancelled) -> None:
        """The user stopped a question at the engine's bar."""
        if cancelled.request_id == self._run_id:
            self._end_run()
        elif cancelled.request_id in self._asked:
            self._give_up(cancelled.request_id)

    # --- what widgets read -------------------------------------------------------------------

    def outdated(self, key: str) -> bool:
        """Whether an experiment's finding was made with other settings than those of now."""
        asked, now = self._found_with.get(key), self._question()
        if key not in self.findings or asked is None:
            return False
        return not (same_numbers(asked.settings, now.settings) and asked.picture is now.picture)

    # --- inside ------------------------------------------------------------------------------

    def _shown_names(self) -> list[str]:
        return [block.name for block in self.spec.blocks()]

    def _question(self) -> Question:
        batch_is_picture = self.settings.batch == "picture"
        return Question(self.settings, self.picture if batch_is_picture else None)

    def _ask(self) -> None:
        question = self._question()
        self._newest = question
        self._set_stale(not question.same_as(self._shown))
        # The id is known only after the question is on its way; no answer comes before that.
        self._newest_id = self._engine.measure_pair(question.settings, question.picture)
        self._asked[self._newest_id] = question

    def _take_question(self, request_id: int) -> Question | None:
        """The question that is answered now; older ones will not be answered any more."""
        question = self._asked.get(request_id)
        if question is not None:
            self._asked = {i: q for i, q in self._asked.items() if i > request_id}
        return question

    def _ghost_for(self) -> PairMeasured | None:
        """The pair before: while a slider is dragged the one from before the drag."""
        if self._dragging is not None and self._ghost_drag == self._dragging:
            return self.ghost
        self._ghost_drag = self._dragging
        return self.measured

    def _show_network(self, spec: ResNetSpec) -> None:
        """Make the measured network the one on screen, if its blocks are others."""
        before, self.spec = self.spec, spec
        if (before.name, *before.blocks()) == (spec.name, *spec.blocks()):
            return
        self.selected = changes.nearest_block(self.selected, self._shown_names())
        self.network_changed.emit()
        self.selected_changed.emit(self.selected)

    def _flip_skips(self, text: str, side: Side, names: list[str]) -> None:
        made = changes.with_skips_flipped(self.settings, side, names, both=self.both)
        self._push(text, made)

    def _push(self, text: str, settings: LabSettings, dragged: str = "") -> None:
        if same_numbers(settings, self.settings):
            return
        self._dragging = (self._drag, dragged) if dragged else None
        self.undo.push(SettingsStep(self._apply, text, self.settings, settings, self._dragging))

    def _apply(self, settings: LabSettings) -> None:
        """Take settings without a step of undo, and measure them."""
        self._take(replace(settings, device=self.settings.device))
        self._ask()

    def _take(self, settings: LabSettings) -> None:
        self.settings = settings
        self.settings_changed.emit(settings)
        self.gates_changed.emit()

    def _give_up(self, request_id: int) -> None:
        """A question has no answer: go back to what is on screen, unless a newer one is asked."""
        self._take_question(request_id)
        if request_id != self._newest_id:
            return
        shown = self._shown
        self._newest = shown
        if shown is not None:
            forget_steps_since(self.undo, shown.settings)
            self._take(shown.settings)
            self._set_stale(False)

    def _end_run(self) -> None:
        self.running = ""
        self._run_id = -1
        self.running_changed.emit("")

    def _set_stale(self, stale: bool) -> None:
        if stale != self.stale:
            self.stale = stale
            self.stale_changed.emit(stale)


def _describe(fields: dict[str, Any]) -> str:
    names = " and ".join(name.replace("_", " ") for name in fields)
    return f"Change of {names}"
