"""Why a notice is sent, and why one is not."""

from enum import StrEnum


class Sending(StrEnum):
    """Printed small under every notice: "sent because: first notification"."""

    FIRST = "first_notification"
    MORE_FIRING = "more_firing"
    REPEAT = "repeat"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    FLAPPING = "flapping"  # one notice instead of many
    ESCALATED = "escalated"
    SHIFT_UNSTAFFED = "shift_unstaffed"
    CHANGED = "changed"  # the message that stands is edited


class Holding(StrEnum):
    """Recorded with every evaluation that sends nothing."""

    NOTHING_FIRING = "nothing_firing"
    BEFORE_INTERVAL = "before_interval"
    NO_NEW_DATA = "no_new_data"
    RESOLVED_NOT_WANTED = "resolved_not_wanted"
    BELOW_SEVERITY = "below_severity"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    MUTED = "muted"
    FLAPPING_TOLD = "flapping_told"
