"""A session that is told its whole state at once and asks one question for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject

from resnet_viz.engine.messages import Failed, ModelChoice, ModelReady
from resnet_viz.errors import UserError
from resnet_viz.lab.entries import nearest
from resnet_viz.lecture.views import ALL, Look
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Engine, Question, Session, first_choice
from resnet_viz.ui.toggles import Toggles, block_names

_KEPT = 6  # measurements that going back finds again; each holds one block's maps


class StageSession(Session):
    """A session whose state comes from a script, with what the user changes on top.

    What it has measured it shows again at once.

    Args:
        engine: measures.
        look: the first state.
        choice: the network of `look`, its checkpoint's path resolved.
        parent: owner.
    """

    def __init__(
        self, engine: Engine, look: Look, choice: ModelChoice, parent: QObject | None = None
    ) -> None:
        super().__init__(engine, choice, parent)
        self._look = look
        self._requested: ModelChoice | None = None
        self._staged: Picture | None = None
        self._scripting = False
        self._known: dict[Question, Snapshot] = {}  # newest last
        self.scripted_toggles = self.toggles
        self.scripted_block = self.selected

    @property
    def scripting(self) -> bool:
        """Whether changes come from the script rather than from the user."""
        return self._scripting

    def stage(self, look: Look, choice: ModelChoice, picture: Picture | None) -> None:
        """Take a state: network, gates, class, selection and picture at once.

        Args:
            look: the state.
            choice: its network, the checkpoint's path resolved.
            picture: None while it is decoded.
        """
        self._look = look
        self._staged = picture
        if choice != self._requested:
            self._requested = choice
            self.choose(choice)
            if self.network is not None:
                return  # the old network stays as it is until the new one is there
        self._apply()

    def on_model_ready(self, ready: ModelReady) -> None:
        """A network is there: show it in the script's state."""
        if ready.request_id != self._load_id:
            return
        with self._by_script():
            super().on_model_ready(ready)
        self._apply()

    def on_failed(self, failed: Failed) -> None:
        """A network that could not be loaded is asked for again when it is next wanted."""
        if failed.request_id == self._load_id:
            self._requested = None
        super().on_failed(failed)

    # --- inside ----------------------------------------------------------------------------

    def _apply(self) -> None:
        try:
            target = target_index(self._look.target, self.labels)
            self._check_blocks()
        except UserError as error:
            self.failed.emit(error)
            return
        with self._by_script():
            self.undo.clear()
            self._dragging = False
            if self._staged is not None and self._staged is not self.picture:
                self.show_picture(self._staged)
            self._take_toggles()
            self.set_target(target)
            self.select(self._look.selected or first_choice(self.spec))
            self.scripted_block = self.selected
        self._ask()

    def _take_toggles(self) -> None:
        look, names = self._look, frozenset(block_names(self.spec))
        toggles = Toggles(look.alpha, look.cuts(self.spec), look.dropped & names)
        self.scripted_toggles = toggles
        if toggles != self.toggles:
            self.apply_toggles(toggles)

    def _check_blocks(self) -> None:
        """Of a checkpoint only now is known which blocks it has."""
        if self.network is None:
            return
        names = block_names(self.spec)
        given = (self._look.cut | self._look.dropped | {self._look.selected}) - {ALL, ""}
        if unknown := sorted(given - set(names)):
            raise UserError(
                f"{self.choice.title()} has no block named {unknown[0]!r}.",
                f"Its {len(names)} blocks run from {names[0]} to {names[-1]}.",
            )

    @contextmanager
    def _by_script(self) -> Iterator[None]:
        """Many changes, of which none asks a question."""
        before, self._scripting = self._scripting, True
        try:
            yield
        finally:
            self._scripting = before

    def _ask(self) -> None:
        if self._scripting:
            return
        if self.picture is not None and self.network is not None:
            question = Question(self.choice, self.picture, self.toggles, self.target)
            known = self._known.get(question)
            if known is not None:
                self._asked.clear()
                self._newest = question
                self._show(question, known)
                if self.selected in known.maps:
                    return
        super()._ask()

    def _show(self, question: Question, snapshot: Snapshot) -> None:
        self._known.pop(question, None)
        self._known[question] = snapshot
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        super()._show(question, snapshot)


def target_index(target: str, labels: tuple[str, ...]) -> int | None:
    """The class that a lecture names by label or index; None for the predicted one.

    Args:
        target: `tabby`, `281`, or empty.
        labels: class names of the network; empty while it is not there.

    Raises:
        UserError: if the network has no such class.
    """
    if not target or not labels:
        return None
    folded = [label.casefold() for label in labels]
    if target.casefold() in folded:
        return folded.index(target.casefold())
    if target.isdecimal() and int(target) < len(labels):
        return int(target)
    raise UserError(
        f"The network has no class {target!r}.",
        f"{nearest(target, labels)}Its {len(labels)} classes are numbered from 0.",
    )
