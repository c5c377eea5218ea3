"""Who of a lecture's live views may ask the engine when: those on screen first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.questions import Kind

# What is answered at once, and what takes its time: one of each is under way for all views that
# are not on screen. A study that is prepared does not keep the other scenes from being measured.
_PROMPT: frozenset[Kind] = frozenset({"load", "explore", "pair"})
_LINES: tuple[frozenset[Kind], ...] = (_PROMPT, frozenset({"experiment"}))


class EngineDesk(QObject):
    """Engines for live views, of which those on screen go first.

    Questions of views on screen are sent at once. All others wait for each other, and the engine
    lets them give way to whatever else is asked, by a workspace too.

    Args:
        client: the window's engine.
        parent: owner.

    Signals:
        idle_changed: the new `idle`.
        frozen_changed: the new `frozen`.
    """

    idle_changed = Signal(bool)
    frozen_changed = Signal(bool)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._engines: dict[Hashable, StageEngine] = {}
        self._stage: tuple[StageEngine, ...] = ()
        self._next: tuple[StageEngine, ...] = ()
        self._idle = True
        self._frozen = False

    @property
    def idle(self) -> bool:
        """Whether nothing is measured or waits to be; experiments are left out of account."""
        return self._idle

    @property
    def frozen(self) -> bool:
        """Whether what is on screen keeps its numbers."""
        return self._frozen

    def engine(self, key: Hashable) -> StageEngine:
        """The engine of one live view; a new one for a new key."""
        if key not in self._engines:
            engine = StageEngine(self._client, self)
            engine.set_on_stage(False)
            engine.traffic_changed.connect(self._on_traffic)
            self._engines[key] = engine
        return self._engines[key]

    def release(self, engine: StageEngine) -> None:
        """A live view is gone: what it asked is given up."""
        self._engines = {key: e for key, e in self._engines.items() if e is not engine}
        self._stage = tuple(e for e in self._stage if e is not engine)
        self._next = tuple(e for e in self._next if e is not engine)
        engine.close()
        engine.deleteLater()
        self._on_traffic()

    def set_stage(self, engines: Iterable[StageEngine], then: Sequence[StageEngine] = ()) -> None:
        """Say which views are on screen.

        Numbers that were frozen thaw where other views come on screen.

        Args:
            engines: of the views on screen.
            then: of those that may be next, the likeliest first.
        """
        stage = tuple(engines)
        if stage != self._stage:
            self.set_frozen(False)
        self._stage, self._next = stage, tuple(then)
        self._client.set_foreground(self, frozenset(engine.lane for engine in stage))
        for engine in self._engines.values():
            engine.set_on_stage(engine in stage)
        self._on_traffic()

    def set_frozen(self, frozen: bool) -> None:
        """Hold back what is measured for the views on screen, until it is False again."""
        if frozen == self._frozen:
            return
        self._frozen = frozen
        for engine in self._stage:
            engine.set_frozen(frozen)
        self.frozen_changed.emit(frozen)

    def close(self) -> None:
        """The lecture is closed."""
        self._client.set_foreground(self, frozenset())
        for engine in list(self._engines.values()):
            self.release(engine)

    # --- inside ------------------------------------------------------------------------------

    def _on_traffic(self) -> None:
        for line in _LINES:
            self._send_next(line)
        idle = not any(
            _PROMPT & {*engine.waiting, *engine.under_way} for engine in self._engines.values()
        )
        if idle != self._idle:
            self._idle = idle
            self.idle_changed.emit(idle)

    def _send_next(self, line: frozenset[Kind]) -> None:
        """Send a question of a view that is not on screen, unless one is under way."""
        others = [e for e in self._in_order() if not e.on_stage]
        if any(engine.under_way & line for engine in others):
            return
        for engine in others:
            if engine.send_next(*line):
                return

    def _in_order(self) -> list[StageEngine]:
        """All engines, those that may be next first."""
        rest = (e for e in self._engines.values() if e not in self._next)
        return [*self._next, *rest]
