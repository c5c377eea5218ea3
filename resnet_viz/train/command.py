"""`resnet-viz train`: a recipe in, a run folder and exported weights out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from resnet_viz.train.crew import Crew
from resnet_viz.train.distributed import enlist
from resnet_viz.train.interrupts import stop_requests
from resnet_viz.train.progress import Progress
from resnet_viz.train.recipe import read_config
from resnet_viz.train.session import TrainingSession


def run(config: Path, out: Path, resume: bool) -> int:
    """Train what a recipe asks for, together with others if `torchrun` started this process.

    Args:
        config: the recipe, TOML.
        out: run folder; the exported weights are in it at the end.
        resume: continue the run in `out` from its last checkpoint.

    Returns:
        Exit code: 0 when the run is finished, 130 when it was interrupted.

    Raises:
        UserError: for everything that the user can put right.
    """
    recipe = read_config(config)
    with (
        enlist(recipe) as crew,
        TrainingSession(recipe, out, resume=resume, crew=crew) as session,
        Progress(recipe, silent=crew.rank > 0) as progress,
    ):
        for stage in session.prepare():
            progress.preparing(stage)
        progress.begin(session.trainer)
        with stop_requests(patient=crew.size > 1) as asked:
            if not _train(session, crew, progress, asked):
                session.stop()
                step = session.trainer.step_index
                progress.say(f"stopped at step {step}; --resume continues exactly there")
                return 130
        progress.exported(session.course)
    return 0


def _train(
    session: TrainingSession, crew: Crew, progress: Progress, asked: Callable[[], bool]
) -> bool:
    """Train to the end, or until someone asks to stop; whether it is the end."""
    while not session.finished:
        if crew.anyone(asked()) if session.course.together else asked():
            return False
        session.advance()
        progress.show(session.course)
    return True
