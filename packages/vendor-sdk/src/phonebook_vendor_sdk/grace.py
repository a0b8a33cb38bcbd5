"""When the last good book is served although the enablement is not `enabled`: the whole truth is in `TRANSITIONS`.

An old phonebook beats an error page. Grace begins when an enablement leaves `enabled` for any reason but being turned
off, and lasts right through the replay on the next link (disabled → setup → enabled). It is a machine of its own beside
the lifecycle, with the same house rules: every move is in the table, none in code; no I/O, no clock, no logging.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from phonebook_core.errors import LocalProtocolError

GRACE_SECONDS: Final = 30 * 24 * 3600.0
"""How long the last good book is served without the server's permission being renewed: 30 days."""
REPLAY_SECONDS: Final = 30.0
"""How long after the last sign of the replay on a new link a phonebook that was not turned on again is given up.

The server turns everything wanted on again as soon as it has welcomed a service, and says nothing of phonebooks that
were turned off meanwhile.
"""


class Grace(StrEnum):
    """Whether the last good book may be served without `enabled`."""

    NONE = "none"
    GIVEN = "given"


class GraceEvent(StrEnum):
    """What starts and ends grace."""

    LINK_LOST = "link_lost"
    """The link was lost while `enabled`."""
    NEEDS_SETUP = "needs_setup"
    """The settings stopped working while `enabled`."""
    RESTORED = "restored"
    """The service started again and found its snapshot."""
    ENABLED = "enabled"
    """The settings were accepted: grace is not needed."""
    TURNED_OFF = "turned_off"
    """The server said so."""
    NOT_WANTED = "not_wanted"
    """A new link is up and the server did not turn the phonebook on again in time: it was turned off meanwhile."""
    EXPIRED = "expired"
    """Grace lasted as long as it may."""


TRANSITIONS: Final[Mapping[Grace, Mapping[GraceEvent, Grace]]] = {
    Grace.NONE: {
        GraceEvent.LINK_LOST: Grace.GIVEN,
        GraceEvent.NEEDS_SETUP: Grace.GIVEN,
        GraceEvent.RESTORED: Grace.GIVEN,
        GraceEvent.ENABLED: Grace.NONE,
        GraceEvent.TURNED_OFF: Grace.NONE,
        GraceEvent.NOT_WANTED: Grace.NONE,
    },
    Grace.GIVEN: {
        GraceEvent.ENABLED: Grace.NONE,
        GraceEvent.TURNED_OFF: Grace.NONE,
        GraceEvent.NOT_WANTED: Grace.NONE,
        GraceEvent.EXPIRED: Grace.NONE,
    },
}


def advance(grace: Grace, event: GraceEvent) -> Grace:
    """Grace after `event`. Raises LocalProtocolError when the table has no such move."""
    try:
        return TRANSITIONS[grace][event]
    except KeyError:
        raise LocalProtocolError(f"{event} is not possible with grace {grace}; see grace.TRANSITIONS") from None
