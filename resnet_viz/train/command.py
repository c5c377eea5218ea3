"""`resnet-viz train`: a recipe in, a run folder and exported weights out."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.train.interrupts import stop_requests
from resnet_viz.train.progress import Progress
from resnet_viz.train.recipe import read_config
from resnet_viz.train.session import TrainingSession


def run(config: Path, out: Path, resume: bool) -> int:
    """Train what a recipe asks for.

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
    with TrainingSession(recipe, out, resume=resume) as session, Progress(recipe) as progress:
        for stage in session.prepare():
            progress.preparing(stage)
        progress.begin(session.trainer)
        with stop_requests() as stopping:
            while not session.finished and not stopping():
                session.advance()
                progress.show(session.course)
        if not session.finished:
            session.stop()
            step = session.trainer.step_index
            progress.say(f"stopped at step {step}; --resume continues exactly there")
            return 130
        progress.exported(session.course)
    return 0
