"""What one live view has asked: questions that wait to be sent, and those without an answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["load", "explore", "pair", "experiment", "other"]
"""Of a question; of one kind only the newest matters. `other` is never kept waiting."""


@dataclass
class Question:
    """What a live view has asked.

    Attributes:
        ticket: the id that the view knows it by.
        kind: of several of one kind only the newest is answered for sure.
        send: asks the client; returns its id.
        request_id: the client's id; -1 while it waits to be sent.
    """

    ticket: int
    kind: Kind
    send: Callable[[], int]
    request_id: int = -1

    def replaces(self, other: Question) -> bool:
        """Whether nobody waits for an answer to `other` any more."""
        return self.kind == other.kind and self.ticket > other.ticket


class Questions:
    """Keeps account of them; who may ask when is decided elsewhere."""

    def __init__(self) -> None:
        self._tickets = itertools.count(1)
        self._waiting: dict[Kind, Question] = {}
        self._sent: dict[int, Question] = {}  # by the client's id

    @property
    def waiting(self) -> tuple[Kind, ...]:
        """Kinds of the questions that wait to be sent, the oldest first."""
        return tuple(self._waiting)

    @property
    def under_way(self) -> frozenset[Kind]:
        """Kinds of the questions that were sent and have no answer yet, without `other`."""
        return frozenset(question.kind for question in self._sent.values()) - {"other"}

    @property
    def measurements(self) -> tuple[int, ...]:
        """The client's ids of what is being measured; a training is none."""
        return tuple(q.request_id for q in self._sent.values() if q.kind != "other")

    def ask(self, kind: Kind, send: Callable[[], int], *, at_once: bool) -> Question:
        """Send a question, or let it wait in place of an older one of its kind."""
        question = Question(next(self._tickets), kind, send)
        if at_once or kind == "other":
            self._send(question)
        else:
            self._waiting.pop(kind, None)  # nobody waits for an older one
            self._waiting[kind] = question
        return question

    def send_next(self, *kinds: Kind) -> bool:
        """Send the oldest that waits, of any kind or of these; False if there is none."""
        kind = next((kind for kind in self._waiting if not kinds or kind in kinds), None)
        if kind is None:
            return False
        self._send(self._waiting.pop(kind))
        return True

    def take_back(self, ticket: int) -> bool:
        """Forget a question that was not sent; False if there is none of that id."""
        kind = next((q.kind for q in self._waiting.values() if q.ticket == ticket), None)
        if kind is not None:
            del self._waiting[kind]
        return kind is not None

    def take_all_back(self) -> None:
        """Forget what was not sent."""
        self._waiting.clear()

    def request_id(self, ticket: int) -> int:
        """The client's id of a question; -1 if it has none."""
        return next((q.request_id for q in self._sent.values() if q.ticket == ticket), -1)

    def sent(self, request_id: int) -> Question | None:
        """The question that the client knows by an id; None if it was not asked here."""
        return self._sent.get(request_id)

    def drop(self, question: Question) -> None:
        """A question was refused: the others go on."""
        del self._sent[question.request_id]

    def end(self, question: Question) -> None:
        """A question is answered; older ones of its kind will not be answered any more."""
        self.drop(question)
        if question.kind != "other":
            kept = (q for q in self._sent.values() if not question.replaces(q))
            self._sent = {q.request_id: q for q in kept}

    def _send(self, question: Question) -> None:
        question.request_id = question.send()
        self._sent[question.request_id] = question
