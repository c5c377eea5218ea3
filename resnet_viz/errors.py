"""The error that a user is meant to read, and the sign that a user changed their mind."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can put right: a bad file, an unknown name, a full disk.

    Everything else that is raised is a bug and keeps its traceback.

    Args:
        message: one sentence naming what failed and on what ("Cannot read `cat.png`: ...").
        hint: what to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str]]:
        # Without this, unpickling would drop the hint.
        return type(self), (self.message, self.hint)


class OperationCancelled(Exception):  # noqa: N818 - a decision, not an error
    """The user stopped a long operation; nothing was changed by it."""
