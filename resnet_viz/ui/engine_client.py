"""What the window can ask of the engine: questions go in, signals come out, nothing waits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.messages import (
    Explore,
    FindRate,
    LoadModel,
    LookAtData,
    MeasurePair,
    ModelChoice,
    RunExperiment,
    Steer,
    Train,
)
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.engine_link import EngineLink
from resnet_viz.ui.engine_state import Busy, EngineState

__all__ = ["Busy", "EngineClient", "EngineState"]

Order = Literal["pause", "continue", "step", "stop", "rate", "gates"]


class EngineClient(EngineLink):
    """Asks the engine; signals, and what happens when it dies, are `EngineLink`'s."""

    def load(self, choice: ModelChoice, *, lane: str = "") -> int:
        """Ask for a network; `model_ready` or `failed` answers with the id returned here.

        Args:
            choice: the network.
            lane: of the live view that asks; a workspace has none.
        """
        return self._ask(LoadModel(self._next_id(), choice, lane))

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
        *,
        lane: str = "",
    ) -> int:
        """Ask for a measurement; `explored` or `failed` answers with the id returned here.

        While newer measurements of the same picture and network are asked for, `explored`
        also passes on older ones that were completed; their gates are in the answer.

        Args:
            choice: the network.
            image: (H, W, 3) as the network sees it; not to be changed afterwards.
            gates: of the blocks that are not fully open.
            target: class whose loss is differentiated; None for the predicted one.
            keep: blocks whose maps are wanted.
            lane: as for `load`.
        """
        job = Explore(self._next_id(), choice, image, dict(gates), target, tuple(keep), lane)
        return self._ask(job)

    def measure_pair(
        self,
        settings: LabSettings,
        picture: NDArray[np.uint8] | None,
        keep: tuple[str, ...] = (),
        *,
        lane: str = "",
    ) -> int:
        """Ask for both networks; `pair_measured` or `failed` answers with the id returned here.

        As with `explore`, older ones that were completed are passed on while newer ones are
        asked for that differ in gates or in another slider only.

        Args:
            settings: both networks and the batch.
            picture: (H, W, 3) on screen, None if there is none; not to be changed afterwards.
            keep: blocks whose maps are wanted, of both networks.
            lane: as for `load`.
        """
        # A photograph has many megabytes, and a slider asks many times a second.
        sent = picture if settings.batch == "picture" else None
        return self._ask(MeasurePair(self._next_id(), settings, sent, tuple(keep), lane))

    def run_experiment(
        self,
        settings: LabSettings,
        experiment: Experiment,
        picture: NDArray[np.uint8] | None,
        *,
        lane: str = "",
    ) -> int:
        """Compute in the background; `found` tells what is known, `failed` that it ended.

        All else that is asked meanwhile is answered in between. A second experiment of a lane
        takes the first one's place.

        Args:
            settings: the networks and the batch.
            experiment: the question.
            picture: (H, W, 3) on screen, None if there is none; not to be changed afterwards.
            lane: as for `load`.
        """
        return self._ask(RunExperiment(self._next_id(), settings, experiment, picture, lane))

    def look_at_data(self, recipe: str) -> int:
        """Load a recipe's pictures, downloading them if need be; `data_seen` or `failed` answers.

        Args:
            recipe: text of `config.toml`.
        """
        return self._ask(LookAtData(self._next_id(), recipe))

    def train(self, recipe: str, folder: Path, resume: bool = False, paused: bool = False) -> int:
        """Train in the background, recorded in a run folder; returns the id to steer it with.

        `progress` tells of the data being read or downloaded; from when the run folder exists,
        `training_status` says that it has grown. In the end comes `trained`, or `failed`, or
        `cancelled` if it was stopped before it had begun. A second training takes the first
        one's place, which is stopped with a checkpoint (`trained`, state `stopped`). If the
        engine dies, the run is resumed by the next one, under the same id.

        Args:
            recipe: text of `config.toml`.
            folder: of the run; must not hold one yet.
            resume: continue the run in `folder`; its own recipe counts then.
            paused: load everything and wait for `continue` or `step`.
        """
        return self._ask(Train(self._next_id(), recipe, folder, resume, paused))

    def steer(
        self,
        training: int,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> int:
        """Tell a training something; orders are obeyed one after the other, between two steps.

        Args:
            training: its id; nothing happens if it is over.
            order: as in `Steer`.
            lr_factor: of `rate`.
            network: of `gates`.
            gates: of `gates`: of the blocks that are not fully open; all others are.
        """
        steer = Steer(self._next_id(), training, order, lr_factor, network, dict(gates or {}))
        return self._order(steer)

    def find_rate(self, recipe: str) -> int:
        """Search a learning rate in the background; `rate_found` tells what is known so far.

        Args:
            recipe: text of `config.toml`.
        """
        return self._ask(FindRate(self._next_id(), recipe))
