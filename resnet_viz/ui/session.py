"""What the window explores: network, picture, toggles, class, selection, and the last measure.

Widgets show a session and change it through its methods; none of them talks to the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from resnet_viz.engine.messages import Explored, Failed, ModelChoice, ModelReady
from resnet_viz.images import network_view
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats, Snapshot
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.toggles import Toggles, block_names


class Engine(Protocol):
    """What a session needs of the engine client; tests pass a fake."""

    def load(self, choice: ModelChoice) -> int:
        """Ask for a network; returns the request's id."""

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: dict[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        """Ask for a measurement; returns the request's id."""


@dataclass(frozen=True)
class Question:
    """Everything that decides a measurement's figures; not which maps are kept."""

    choice: ModelChoice
    picture: Picture
    toggles: Toggles
    target: int | None


class Session(QObject):
    """The state of the Explore workspace.

    Signals:
        network_changed: another network is on screen (its `ModelReady` may still be missing).
        choice_changed: the `ModelChoice` on screen or asked for.
        picture_changed: the `Picture`.
        toggles_changed: the `Toggles`.
        target_changed: class index, or None for the predicted class.
        selected_changed: name of the selected block.
        measured: a new snapshot is there.
        maps_changed: the maps of the selected block came or went.
        stale_changed: whether the numbers on screen belong to an earlier question.
        failed: a `Failed` to tell the user.
    """

    network_changed = Signal()
    choice_changed = Signal(object)
    picture_changed = Signal(object)
    toggles_changed = Signal(object)
    target_changed = Signal(object)
    selected_changed = Signal(str)
    measured = Signal()
    maps_changed = Signal()
    stale_changed = Signal(bool)
    failed = Signal(object)

    def __init__(self, engine: Engine, choice: ModelChoice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.choice = choice
        self.spec: ResNetSpec = choice.spec
        self.network: ModelReady | None = None
        self.picture: Picture | None = None
        self.view: NDArray[np.uint8] | None = None
        self.toggles = Toggles.initial(choice.spec)
        self.target: int | None = None
        self.selected = first_choice(choice.spec)
        self.snapshot: Snapshot | None = None
        self.ghost: Snapshot | None = None
        self.stale = True
        self.undo = QUndoStack(self)
        self._wanted_choice: ModelChoice | None = None
        self._load_id = -1
        self._asked: dict[int, Question] = {}  # open questions by request id
        self._newest: Question | None = None
        self._shown: Question | None = None
        self._drag = 0  # number of the slider drag under way or to come
        self._ghost_drag = -1  # drag that the ghost on screen was kept for
        self._dragging = False  # whether the last change came from the slider

    # --- what the user does ----------------------------------------------------------------

    def choose(self, choice: ModelChoice) -> None:
        """Ask for another network; the present one stays until that one is ready."""
        self._wanted_choice = choice
        self._load_id = self._engine.load(choice)
        self._set_stale(True)

    def show_picture(self, picture: Picture) -> None:
        """Put a picture through the network."""
        self.picture = picture
        self._update_view()
        self.picture_changed.emit(picture)
        self._ask()

    def select(self, name: str) -> None:
        """Select a block; unknown names are ignored."""
        if name == self.selected or name not in block_names(self.spec):
            return
        self.selected = name
        self.selected_changed.emit(name)
        self.maps_changed.emit()
        if self.maps is None:
            self._ask()

    def select_neighbour(self, step: int) -> None:
        """Select the block `step` further on; stops at both ends."""
        names = block_names(self.spec)
        index = names.index(self.selected) + step
        self.select(names[min(max(index, 0), len(names) - 1)])

    def set_target(self, target: int | None) -> None:
        """Differentiate the loss of this class; None for the predicted one."""
        if target != self.target:
            self.target = target
            self.target_changed.emit(target)
            self._ask()

    def flip_skip(self, name: str) -> None:
        """Cut or restore one skip connection."""
        verb = "Restore" if name in self.toggles.cut else "Cut"
        self._push(f"{verb} the skip of {name}", self.toggles.with_skip_flipped(name))

    def flip_branch(self, name: str) -> None:
        """Drop or restore one residual branch."""
        verb = "Restore" if name in self.toggles.dropped else "Drop"
        self._push(f"{verb} the branch of {name}", self.toggles.with_branch_flipped(name))

    def flip_stage(self, stage: int) -> None:
        """Cut all skips of a stage, or restore them."""
        flipped = self.toggles.with_skips_flipped(block_names(self.spec, stage))
        self._push(f"Skips of stage {stage}", flipped)

    def flip_all(self) -> None:
        """Cut all skips, or restore them if all are cut."""
        self._push("All skips", self.toggles.with_skips_flipped(block_names(self.spec)))

    def all_on(self) -> None:
        """Every skip at full strength; dropped branches stay dropped."""
        self._push("All skips on", Toggles(dropped=self.toggles.dropped))

    def all_off(self) -> None:
        """Every skip cut."""
        cut = frozenset(block_names(self.spec))
        self._push("All skips off", replace(self.toggles, cut=cut))

    def set_alpha(self, alpha: float) -> None:
        """Strength of every skip that is not cut; one drag is one step of undo."""
        self._push("Strength of the skips", self.toggles.with_alpha(alpha), merge=True)

    def end_drag(self) -> None:
        """The slider was let go: the next change of strength is a step of its own."""
        self._drag += 1

    # --- what the engine answers -----------------------------------------------------------

    def on_model_ready(self, ready: ModelReady) -> None:
        """A network is there: show it, and measure."""
        if ready.request_id != self._load_id:
            return
        before = self.network.choice if self.network else None
        same_blocks = self._take_network(ready)
        if not same_blocks:
            self.undo.clear()
            self.toggles = Toggles.initial(self.spec)
            self.toggles_changed.emit(self.toggles)
        if self.target is not None and before is not None:
            # Class 7 of another network is another class.
            self.target = None
            self.target_changed.emit(None)
        self._ask()

    def on_explored(self, explored: Explored) -> None:
        """A measurement is there.

        While a slider is dragged, answers to questions that are no longer the newest arrive
        too; they are shown as long as they are about the present network and picture.
        """
        question = self._take_question(explored.request_id)
        if question is None or (question.choice, question.picture) != (self.choice, self.picture):
            return
        self._show(question, explored.snapshot)

    def on_failed(self, failed: Failed) -> None:
        """Something did not work: the state before it stays."""
        if failed.request_id == self._load_id:
            self._wanted_choice = None
            self._set_stale(self._shown is None)
            self.choice_changed.emit(self.choice)
            self.failed.emit(failed)
        elif self._take_question(failed.request_id) is not None:
            self._set_stale(bool(self._asked))
            self.failed.emit(failed)

    # --- what widgets read -----------------------------------------------------------------

    @property
    def maps(self) -> BlockMaps | None:
        """Maps of the selected block, if they belong to the numbers on screen."""
        return self.snapshot.maps.get(self.selected) if self.snapshot else None

    @property
    def stats(self) -> BlockStats | None:
        """Figures of the selected block."""
        if self.snapshot is None:
            return None
        return self.snapshot.block(self.selected)

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names of the network on screen; empty before it is there."""
        return self.network.labels if self.network else ()

    # --- inside ----------------------------------------------------------------------------

    def _take_network(self, ready: ModelReady) -> bool:
        """Make `ready` the network on screen; True if toggles and selection still fit."""
        old, self.spec = self.spec, ready.choice.spec
        self.network = ready
        self.choice = ready.choice
        self._wanted_choice = None
        same = block_names(old) == block_names(self.spec) and old.plain == self.spec.plain
        if self.selected not in block_names(self.spec):
            self.selected = first_choice(self.spec)
            self.selected_changed.emit(self.selected)
        self.snapshot = None
        self.ghost = None
        self._shown = None
        self._update_view()
        self.choice_changed.emit(self.choice)
        self.network_changed.emit()
        self.maps_changed.emit()
        return same

    def _update_view(self) -> None:
        if self.picture is not None and self.network is not None:
            self.view = network_view(self.picture.rgb, self.network.preprocess)

    def _ask(self) -> None:
        if self.picture is None or self.view is None or self.network is None:
            return
        question = Question(self.choice, self.picture, self.toggles, self.target)
        self._newest = question
        self._set_stale(question != self._shown)
        request_id = self._engine.explore(
            self.choice, self.view, self.toggles.gates(self.spec), self.target, (self.selected,)
        )
        self._asked[request_id] = question

    def _show(self, question: Question, snapshot: Snapshot) -> None:
        """Put the answer to a question on screen."""
        if self._shown != question:
            self.ghost = self._ghost_for(question)
        self.snapshot = snapshot
        self._shown = question
        self._set_stale(bool(self._asked) and self._newest != question)
        self.measured.emit()
        self.maps_changed.emit()

    def _take_question(self, request_id: int) -> Question | None:
        """The question that is answered now; older ones will not be answered any more."""
        question = self._asked.get(request_id)
        if question is not None:
            self._asked = {i: q for i, q in self._asked.items() if i > request_id}
        return question

    def _ghost_for(self, asked: Question) -> Snapshot | None:
        """The state before: the last measurement that differs in toggles or class only.

        While a slider is dragged the ghost stays what it was when the drag began.
        """
        shown = self._shown
        if shown is None or shown.picture is not asked.picture:
            return None
        if not self._dragging:
            return self.snapshot
        if self._ghost_drag == self._drag:
            return self.ghost
        self._ghost_drag = self._drag
        return self.snapshot

    def _push(self, text: str, toggles: Toggles, merge: bool = False) -> None:
        if toggles == self.toggles:
            return
        self._dragging = merge
        self.undo.push(_Change(self, text, self.toggles, toggles, self._drag if merge else None))

    def apply_toggles(self, toggles: Toggles) -> None:
        """Set the toggles without a step of undo: the undo stack calls this."""
        self.toggles = toggles
        self.toggles_changed.emit(toggles)
        self._ask()

    def _set_stale(self, stale: bool) -> None:
        if stale != self.stale:
            self.stale = stale
            self.stale_changed.emit(stale)


class _Change(QUndoCommand):
    """One step of undo; changes of one drag merge into one step."""

    def __init__(
        self, session: Session, text: str, before: Toggles, after: Toggles, drag: int | None
    ) -> None:
        super().__init__(text)
        self._session = session
        self._before = before
        self._after = after
        self._drag = drag

    def id(self) -> int:
        return -1 if self._drag is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._drag != self._drag:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        self._session.apply_toggles(self._after)

    def undo(self) -> None:
        self._session.apply_toggles(self._before)


def first_choice(spec: ResNetSpec) -> str:
    """A block worth looking at first: the second one, where maps still look like the picture."""
    names = block_names(spec)
    return names[min(1, len(names) - 1)]
