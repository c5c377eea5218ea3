"""The commands that work without a window: what each takes, and what it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from resnet_viz.models import specs

# Nothing here imports torch, torchvision, matplotlib or Qt before a command needs it, so that
# `--help`, `--version` and every refused argument answer at once.

# --- report --------------------------------------------------------------------------------


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="picture to show to the network")
    parser.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="folder to write; made if missing"
    )
    network = parser.add_argument_group("network")
    network.add_argument(
        "--model",
        metavar="NAME",
        help="resnet20, plain56, resnet50, preresnet110, ... (`resnet-viz models` lists them); "
        "by default the best bundled network, resnet18 for imagenet, or what --weights PATH holds",
    )
    network.add_argument(
        "--weights",
        metavar="none|bundled|imagenet|PATH",
        help="by default the bundled weights if there are any for the network and its options, "
        "else none (random); a checkpoint called like a kind is given as ./none",
    )
    for option, choices, what in (
        ("norm", get_args(specs.Norm), "normalisation"),
        ("init", get_args(specs.Init), "random weights are drawn like this"),
        ("activation", get_args(specs.Activation), "nonlinearity"),
        ("order", get_args(specs.Order), "activation after the sum or before the convolutions"),
    ):
        network.add_argument(f"--{option}", choices=choices, help=what)
    network.add_argument(
        "--seed", metavar="N", type=_seed, default=0, help="of random weights (default 0)"
    )
    gates = parser.add_argument_group(
        "blocks", "NAME is a block (layer1.0) or a whole stage (layer1)"
    )
    gates.add_argument(
        "--cut",
        metavar="all|none|NAME,...",
        help="cut these skip connections; by default those of a plain network, no others",
    )
    gates.add_argument("--drop", metavar="NAME,...", help="leave out F(x) of these blocks")
    gates.add_argument(
        "--maps",
        metavar="NAME,...",
        help="draw the feature maps of these blocks (default: the first, a middle and the last)",
    )
    measure = parser.add_argument_group("measurement")
    measure.add_argument(
        "--target",
        metavar="CLASS",
        help="class whose loss is differentiated, as index or label (default: the predicted one)",
    )
    measure.add_argument(
        "--mode",
        choices=("auto", "eval", "train"),
        default="auto",
        help="batch norm uses its running statistics (eval) or this image's own (train); auto: "
        "train for random weights, whose running statistics have seen no data, else eval",
    )
    measure.add_argument(
        "--device",
        metavar="auto|cpu|cuda|mps",
        default="auto",
        help="where to compute; also cuda:1 (default auto)",
    )


def _seed(text: str) -> int:
    # int() would also take "1_0" and " 7 ".
    if not text.isascii() or not text.isdigit() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2^63 - 1")
    return int(text)


def _run_report(options: argparse.Namespace) -> int:
    from resnet_viz.report.command import run
    from resnet_viz.report.question import Question

    names = ("norm", "init", "activation", "order")
    chosen = {n: getattr(options, n) for n in names if getattr(options, n) is not None}
    question = Question(
        image=options.image,
        model=options.model,
        weights=options.weights,
        options=chosen,
        seed=options.seed,
        cut=options.cut,
        drop=options.drop,
        maps=options.maps,
        target=options.target,
        device=options.device,
        mode=options.mode,
    )
    return run(question, options.out)


# --- the others ----------------------------------------------------------------------------


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="CONFIG.toml", type=Path, help="recipe of the training")
    parser.add_argument("--out", metavar="RUN", required=True, type=Path, help="run folder")
    parser.add_argument(
        "--resume", action="store_true", help="continue the run from its last checkpoint"
    )


def _run_train(options: argparse.Namespace) -> int:
    from resnet_viz.train.command import run

    return run(options.config, options.out, options.resume)


def _add_lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="CONFIG.toml", type=Path, help="list of experiments")
    parser.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="folder to write; made if missing"
    )
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        default=[],
        help="run only this experiment: its name, its kind (depth) or its number in the file; "
        "may be given again",
    )
    parser.add_argument(
        "--device",
        metavar="auto|cpu|cuda|mps",
        default="",
        help="where to compute, instead of where the file says; also cuda:1",
    )


def _run_lab(options: argparse.Namespace) -> int:
    from resnet_viz.lab.config import read_config

    # What can be refused without torch is refused before its import.
    config = read_config(options.config, options.only)
    from resnet_viz.lab.command import run

    return run(config, options.out, options.device)


def _add_lecture(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lecture", metavar="FILE", type=Path, help="a lecture (.toml), or one packed (.rvl)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="open no window; print what the lecture holds and every mistake with its line",
    )
    parser.add_argument(
        "--handout",
        metavar="OUT",
        type=Path,
        help="open no window; measure every scene and write them with notes, questions and "
        "answers (.pdf or .html)",
    )


def _run_lecture(options: argparse.Namespace) -> int:
    if options.check:
        from resnet_viz.lecture.command import check

        return check(options.lecture)
    if options.handout is not None:
        from resnet_viz.display import require_qt

        require_qt()
        from resnet_viz.ui.lecture.handout_command import run

        return run(options.lecture, options.handout)
    from resnet_viz.lecture.text import require_file
    from resnet_viz.window import open_window

    require_file(options.lecture)
    return open_window(str(options.lecture))


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="small networks and few repeats")


def _run_bench(options: argparse.Namespace) -> int:
    from resnet_viz.bench import run

    return run(as_json=options.json, quick=options.quick)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run_models(options: argparse.Namespace) -> int:
    from resnet_viz.model_table import run

    return run(as_json=options.json)


def _run_doctor(options: argparse.Namespace) -> int:
    from resnet_viz.doctor import run

    return run()


@dataclass(frozen=True)
class Command:
    """A command of the command line.

    Attributes:
        summary: one line for the list of commands.
        description: for its own help.
        add_arguments: what it takes.
        run: what it does; returns the exit code.
    """

    summary: str
    description: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "report": Command(
        "measure a network on a picture; writes figures, HTML, JSON and CSV",
        "Show a picture to a network, measure every block, and write report.json, blocks.csv, "
        "figures (PNG and SVG) and a self-contained index.html. Needs no display.",
        _add_report,
        _run_report,
    ),
    "train": Command(
        "train a network by a recipe",
        "Train what a recipe asks for, without a window; also under torchrun.",
        _add_train,
        _run_train,
    ),
    "lab": Command(
        "run experiments on gradients; writes figures, CSV, JSON and HTML",
        "Run the gradient laboratory's experiments (pair, depth, alpha, scale, seeds, lesion, "
        "paths, shattering, identity, cost) that a file lists, without a window. Writes a folder "
        "per experiment with its charts (PNG and SVG) and numbers (CSV), lab.json with everything "
        "that decided them, and a self-contained index.html. Ctrl+C keeps what is finished.",
        _add_lab,
        _run_lab,
    ),
    "lecture": Command(
        "open a lecture, or check the file of one",
        "Open a lecture in the window; with --check, print its scenes and every mistake in it; "
        "with --handout, write it as a PDF or HTML to hand out.",
        _add_lecture,
        _run_lecture,
    ),
    "models": Command(
        "list the networks that can be built",
        "List the networks that can be built, with layers, parameters, multiply-accumulates and "
        "the weights there are. Any other CIFAR depth of 6n + 2 layers can be built too.",
        _add_json,
        _run_models,
    ),
    "bench": Command(
        "time the measurement against the bare network",
        "Time a measurement against a bare forward and backward pass of the same network.",
        _add_bench,
        _run_bench,
    ),
    "doctor": Command(
        "check this installation and say what is missing",
        "Check versions, devices, display and files. Leaves with 1 if something must be mended.",
        lambda parser: None,
        _run_doctor,
    ),
}
