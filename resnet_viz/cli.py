"""The command line: `resnet-viz [IMAGE]` opens the window, its commands work without one."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, get_args

from resnet_viz import __version__
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.models import specs

# Nothing here imports torch, torchvision, matplotlib or Qt before a command needs it, so that
# `--help`, `--version` and every refused argument answer at once.

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # as a shell reports Ctrl+C


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}.", f"`{self.prog} --help` explains.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: arguments without the program's name; those of the process by default.

    Returns:
        Exit code: 0 for success, 1 if `doctor` found a fault, 2 for anything that the user can
        put right (one line on stderr says what), 130 after Ctrl+C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Read when torch is imported: its threads sleep at barriers. Spinning, they are ruinous
    # wherever another program wants the same cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return _dispatch(arguments)
    except UserError as error:
        _complain(str(error))
        return EXIT_USER_ERROR
    except (KeyboardInterrupt, OperationCancelled):
        _complain("interrupted.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe (`| head`) left. Point stdout elsewhere, or the interpreter
        # complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_USER_ERROR
    except SystemExit as leaving:  # argparse after --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0


def _complain(text: str) -> None:
    print("resnet-viz:", " ".join(text.split()), file=sys.stderr)


def _dispatch(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        name, *rest = arguments
        command = COMMANDS[name]
        parser = _Parser(prog=f"resnet-viz {name}", description=command.description)
        command.add_arguments(parser)
        return command.run(parser.parse_args(rest))
    return _open_window(_window_parser().parse_args(arguments))


# --- the window ----------------------------------------------------------------------------


def _window_parser() -> _Parser:
    lines = "\n".join(f"  {name:<8} {command.summary}" for name, command in COMMANDS.items())
    parser = _Parser(
        prog="resnet-viz",
        usage="resnet-viz [IMAGE]\n       resnet-viz COMMAND ...",
        description="Open the window, on IMAGE if one is given; or run a command without it.",
        epilog=f"commands:\n{lines}\n\n"
        "`resnet-viz COMMAND --help` explains a command. An image that is called like a command "
        "is\ngiven with its folder: `resnet-viz ./report`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", metavar="IMAGE", nargs="?", help="picture to start with")
    parser.add_argument("--version", action="version", version=f"resnet-viz {__version__}")
    return parser


def _open_window(options: argparse.Namespace) -> int:
    image: str | None = options.image
    if image is not None:
        image = str(_picture(image))
    from resnet_viz.display import require_display, require_qt

    require_display()
    require_qt()
    from resnet_viz.ui.app import run

    return run(image)


def _picture(image: str) -> Path:
    """The path of the picture to start with; a mistyped command is told apart."""
    from resnet_viz.picture_files import picture_path

    try:
        return picture_path(image)
    except UserError as error:
        near = difflib.get_close_matches(image, COMMANDS, n=1)
        if near and not Path(image).suffix:
            raise UserError(
                f"{image!r} is neither a command nor a picture.",
                f"Did you mean `resnet-viz {near[0]}`?",
            ) from error
        raise


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
class _Command:
    summary: str
    description: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = {
    "report": _Command(
        "measure a network on a picture; writes figures, HTML, JSON and CSV",
        "Show a picture to a network, measure every block, and write report.json, blocks.csv, "
        "figures (PNG and SVG) and a self-contained index.html. Needs no display.",
        _add_report,
        _run_report,
    ),
    "train": _Command(
        "train a network by a recipe",
        "Train what a recipe asks for, without a window; also under torchrun.",
        _add_train,
        _run_train,
    ),
    "models": _Command(
        "list the networks that can be built",
        "List the networks that can be built, with layers, parameters, multiply-accumulates and "
        "the weights there are. Any other CIFAR depth of 6n + 2 layers can be built too.",
        _add_json,
        _run_models,
    ),
    "bench": _Command(
        "time the measurement against the bare network",
        "Time a measurement against a bare forward and backward pass of the same network.",
        _add_bench,
        _run_bench,
    ),
    "doctor": _Command(
        "check this installation and say what is missing",
        "Check versions, devices, display and files. Leaves with 1 if something must be mended.",
        lambda parser: None,
        _run_doctor,
    ),
}
