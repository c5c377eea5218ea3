"""`resnet-viz report`: measure one picture and write everything down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.errors import UserError
from resnet_viz.images import load_image, network_view, normalise
from resnet_viz.models.specs import IMAGENET, ResNetSpec
from resnet_viz.report.files import prepare_folder, write_files
from resnet_viz.report.question import (
    Question,
    checked_model,
    choose_network,
    gates_of,
    shown_blocks,
    target_index,
)
from resnet_viz.report.result import Result
from resnet_viz.report.versions import versions

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.weights import LoadedNetwork

Progress = Callable[[str, int, int, str], None]


def run(question: Question, out: Path) -> int:
    """Measure and write; prints where to, and what the network says.

    Returns:
        Exit code 0.

    Raises:
        UserError: for everything that the user can put right; `out` then holds what it did.
    """
    prepare_folder(out)
    with _download_bar() as progress:
        result = measure(question, progress)
    write_files(out, render(result))
    _, label, probability = result.top(1)[0]
    print(f"{result.spec.title()} ({result.weights_label}): {label}, {100 * probability:.1f} %")
    for note in result.notes:
        print(f"Note: {note}")
    print(f"Wrote {out / 'index.html'}")
    return 0


def measure(question: Question, progress: Progress | None = None) -> Result:
    """Load picture and network, set the gates, and capture.

    Args:
        question: what to measure.
        progress: called as weights are downloaded.

    Raises:
        UserError: for everything that the user can put right.
    """
    # What can be refused without torch is refused before its import.
    photo = load_image(question.image)
    choice = choose_network(question)
    if choice.weights != "file":
        gates_of(question, choice.spec)
        shown_blocks(question, choice.spec)

    import torch

    from resnet_viz.models.weights import load_network
    from resnet_viz.probe.capturing import capture

    loaded = load_network(
        choice.spec,
        choice.weights,
        path=choice.path,
        seed=question.seed,
        device=question.device,
        progress=progress,
    )
    if choice.weights == "file":
        loaded = _as_asked(loaded, question, choice.spec)
    spec = loaded.spec
    loaded.net.gates.assign(gates_of(question, spec))
    target = None if question.target is None else target_index(question.target, loaded.labels)
    view = network_view(photo, loaded.preprocess)
    shown = shown_blocks(question, spec)
    snapshot = capture(
        loaded.net,
        torch.from_numpy(normalise(view, loaded.preprocess)),
        None if target is None else [target],
        keep=shown,
        training_mode=question.training_mode(spec, choice.weights),
    )
    return Result(
        image=question.image,
        photo=photo,
        view=view,
        spec=spec,
        weights=choice.path or choice.weights,
        weights_label=loaded.label,
        seed=question.seed,
        labels=loaded.labels,
        preprocess=loaded.preprocess,
        snapshot=snapshot,
        target_is_predicted=target is None,
        shown=shown,
        versions=versions(),
        notes=(*loaded.notes, *_notes(question, choice.weights)),
    )


def _as_asked(loaded: LoadedNetwork, question: Question, asked: ResNetSpec) -> LoadedNetwork:
    """A checkpoint's network with what no tensor tells: activation, order, plain or not."""
    checked_model(question, loaded.spec)
    kept = ("norm", "activation", "order")
    asked_for = {n: question.options[n] for n in kept if n in question.options}
    changes = {n: v for n, v in asked_for.items() if v != getattr(loaded.spec, n)}
    plain = question.model is not None and asked.plain
    spec = replace(loaded.spec, plain=plain or loaded.spec.plain, **changes)
    if spec == loaded.spec:
        return loaded
    from resnet_viz.models.network import build

    parameter = next(loaded.net.parameters())
    net = build(spec, device=parameter.device, dtype=parameter.dtype)
    state = loaded.net.state_dict()
    if _shapes(net.state_dict()) != _shapes(state):
        wrong = next(n for n in ("norm", "order") if n in changes)
        raise UserError(
            f"The weights in {question.weights} do not fit --{wrong} {changes[wrong]}.",
            f"They are for {getattr(loaded.spec, wrong)}; leave the option out.",
        )
    net.load_state_dict(state)
    words = ", ".join(f"{name} {value}" for name, value in changes.items())
    notes = (f"Not what the file suggests, but asked for: {words}.",) if words else ()
    return replace(loaded, net=net, spec=spec, notes=(*loaded.notes, *notes))


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def render(result: Result) -> dict[str, bytes]:
    """Every file of the report by name."""
    from resnet_viz.report.drawing import draw_all
    from resnet_viz.report.page import page
    from resnet_viz.report.tables import blocks_csv, report_json

    figures = draw_all(result)
    files = {
        "report.json": report_json(result).encode(),
        "blocks.csv": blocks_csv(result).encode(),
        "index.html": page(result, figures).encode(),
    }
    for figure in figures:
        files[f"{figure.name}.png"] = figure.png
        files[f"{figure.name}.svg"] = figure.svg
    return files


def _notes(question: Question, weights: str) -> Iterator[str]:
    published = question.model in IMAGENET and not question.options
    if weights != "none" and "init" in question.options:
        yield "The initialisation has no effect: all weights were loaded."
    if question.weights is None and weights == "none" and question.model is not None:
        there = "`--weights imagenet` downloads trained ones." if published else ""
        yield f"No bundled weights fit this network, so its weights are random. {there}".rstrip()


@contextmanager
def _download_bar() -> Iterator[Progress]:
    """A progress bar on stderr that appears with the first report of progress."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    bar = Bar(console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int, unit: str) -> None:
        if what not in tasks:
            bar.start()
            tasks[what] = bar.add_task(what, total=total or None)
        bar.update(tasks[what], completed=done, total=total or None)

    try:
        yield report
    finally:
        if tasks:  # stopping a bar that was never started prints an empty line
            bar.stop()
