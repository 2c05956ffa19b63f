"""Why a document is not drawn from the frozen layout."""

from enum import StrEnum


class Reason(StrEnum):
    """What made a full rendering necessary; the words go into the log and the run's summary."""

    style = "a style that the frozen layout does not know"
    glyph = "a character outside the embedded fonts"
    line = "a line that only WeasyPrint can break"
    page = "content that must be cut in a place that only WeasyPrint can find"
    picture = "a picture that must be decoded"
    markup = "a text with control characters or loose white space"
    version = "a version of WeasyPrint that is not supported"
    switched_off = "switched off in the settings"
    unproven = "the proof at the start of the run found a difference"


class NotFrozenError(Exception):
    """The frozen layout does not cover this document."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
