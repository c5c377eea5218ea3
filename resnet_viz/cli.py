"""The command line: `resnet-viz [FILE]` opens the window, its commands work without one."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from resnet_viz import __version__
from resnet_viz.commands import COMMANDS
from resnet_viz.errors import OperationCancelled, UserError

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
        usage="resnet-viz [FILE]\n       resnet-viz COMMAND ...",
        description="Open the window, on FILE if one is given: a picture, or a lecture (.toml, "
        ".rvl); or run a command without it.",
        epilog=f"commands:\n{lines}\n\n"
        "`resnet-viz COMMAND --help` explains a command. A file that is called like a command "
        "is\ngiven with its folder: `resnet-viz ./report`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", metavar="FILE", nargs="?", help="picture or lecture to start with")
    parser.add_argument("--version", action="version", version=f"resnet-viz {__version__}")
    return parser


def _open_window(options: argparse.Namespace) -> int:
    image: str | None = options.image
    if image is not None:
        image = str(_picture(image))
    from resnet_viz.window import open_window

    return open_window(image)


def _picture(image: str) -> Path:
    """The path of the file to start with; a mistyped command is told apart."""
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
