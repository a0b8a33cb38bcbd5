"""Who fetched what: turning the bare notes of the hot path into dispatches, with bursts folded. No I/O.

The hot path appends a tuple and goes on. Soon after, `Recorder.take` makes dispatches of them: each gets an id
that is unique for ever (a random prefix per process and a counter) and, beyond `SINGLE` equal ones in a second, shares
one record per call whose `count` says how many it stands for. So no phone writes more than 100 records a second, and
the counts still add up exactly. Requests without credentials become dispatches only when `bare` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from phonebook_core.vendor_link.messages import Auth, Dispatch, Phone
from phonebook_vendor_sdk.bare import Bare, BareRequests
from phonebook_vendor_sdk.clock import REAL, Clock

FLUSH_SECONDS: Final = 0.05
"""How long a herd's notes wait to go to disk together; what a kill of the process in the midst of it may lose."""
SINGLE: Final = 90
"""Records of one kind in a second that stand for one fetch each; with at most ten folded ones that makes 100."""
LONGEST_AGENT: Final = 256
"""Characters of a User-Agent that are looked at and kept."""


Note = tuple[float, str, str, int, int, str, str, bytes, str]
"""One answer, as the hot path notes it.

Seconds since 1970, phonebook, file, status, bytes, token, address, User-Agent, what came of the credentials.
"""
_NONE: Final = Auth.NONE.value
_THROTTLED: Final = Auth.THROTTLED.value


class Recorder:
    """Collects notes and gives dispatches. `prefix` is random, one per process.

    `wake` is called with the first note after a `take`.
    """

    def __init__(self, prefix: str, identify: Callable[[str], Phone], clock: Clock = REAL) -> None:
        self.notes: list[Note] = []
        self.wake: Callable[[], None] = _nobody
        self._prefix = prefix
        self._identify = identify
        self._wall = clock.wall
        self._bare = BareRequests()
        self._number = 0
        self._second = 0
        self._singles: dict[tuple[object, ...], int] = {}
        self._phones: dict[tuple[str, bytes], Phone] = {}

    def note(self, note: Note) -> None:
        """Note an answer, for the hot path."""
        if not self.notes:
            self.wake()
        self.notes.append(note)

    @property
    def waits(self) -> bool:
        """Whether there may be something to take also when nothing more is noted."""
        return bool(self._bare)

    def take(self) -> list[Dispatch]:
        """The dispatches for everything noted since the last call, the oldest first."""
        notes = self.notes[:]
        del self.notes[: len(notes)]
        dispatches: list[Dispatch] = []
        folded: dict[tuple[object, ...], int] = {}
        counts: dict[int, int] = {}
        bare = self._bare
        for note in notes:
            auth = note[8]
            if auth == _NONE:
                bare.asked(Bare(note[1], note[6], note[7]), note[0], note[2], note[4])
                continue
            if bare and auth:
                bare.signed(Bare(note[1], note[6], note[7]))
            if auth == _THROTTLED:  # whoever sends many can send many names: those share a record
                note = (*note[:2], "", *note[3:7], b"", auth)
            second = int(note[0])
            if second != self._second:
                self._second = second
                self._singles.clear()
            key = note[1:]
            at = folded.get(key)
            if at is not None:
                counts[at] = counts.get(at, 1) + 1
                continue
            singles = self._singles[key] = self._singles.get(key, 0) + 1
            if singles > SINGLE:
                folded[key] = len(dispatches)
            dispatches.append(self._dispatch(note))
        for at, count in counts.items():
            dispatches[at] = replace(dispatches[at], count=count)
        if bare:
            for phone, waiting in bare.due(self._wall()):
                told = self._dispatch(
                    (waiting.time, phone.phonebook, waiting.file, 401, waiting.size, "", *phone[1:], _NONE)
                )
                dispatches.append(replace(told, count=waiting.requests))
        return dispatches

    def _dispatch(self, note: Note) -> Dispatch:
        time, phonebook, file, status, size, token, address, agent, auth = note
        self._number += 1
        return Dispatch(
            id=f"{self._prefix}-{self._number:x}",
            phonebook=phonebook,
            time=int(time * 1000),
            status=status,
            phone=self._phone(address, agent),
            file=file,
            bytes=size,
            token=token,
            auth=auth,
        )

    def _phone(self, address: str, agent: bytes) -> Phone:
        phone = self._phones.get((address, agent))
        if phone is None:
            text = agent.decode("latin-1")[:LONGEST_AGENT]
            phone = replace(self._identify(text), address=address, user_agent=text)
            if len(self._phones) >= 4096:
                self._phones.clear()
            self._phones[(address, agent)] = phone
        return phone


def _nobody() -> None:
    """Nobody waits for notes yet."""
