"""Sentences and the figures they hold, for the documents that are words alone."""

import re
from collections.abc import Callable

from renderers.formats import Mark
from renderers.pack import Pack
from renderers.sections import Comparison, Direction, Verdict

_ARROWS = {Direction.up: "▲", Direction.down: "▼", Direction.flat: "="}
_VERDICTS = {Verdict.good: "body_better", Verdict.bad: "body_worse"}
_JOINS_BEFORE = re.compile("[\\w.,\u00a0\u202f]")
_JOINS_AFTER = re.compile(r"\w|[.,\u00a0\u202f]\d")

Word = Callable[[str], str]


def says(sentence: str, figure: str) -> bool:
    """Say whether *sentence* holds *figure* as a figure of its own: "17" is not in "over 170" or "1,17"."""
    start = sentence.find(figure)
    while start >= 0:
        has_joint = start > 0 and _JOINS_BEFORE.match(sentence, start - 1)
        if not has_joint and not _JOINS_AFTER.match(sentence, start + len(figure)):
            return True
        start = sentence.find(figure, start + 1)
    return False


def comparison_line(comparison: Comparison, word: Word) -> str:
    """Say a comparison whole: which way, by how much, whether that is good, and the other value."""
    arrow = f"{_ARROWS[comparison.direction]} " if comparison.direction else ""
    verdict = f" – {word(_VERDICTS[comparison.verdict])}" if comparison.verdict in _VERDICTS else ""
    base = comparison.base
    has_said = base.mark is Mark.absent or says(comparison.sentence, base.text)
    other = "" if has_said else f" · {comparison.label}: {base.text}"
    return f"{arrow}{comparison.sentence}{verdict}{other}"


def title_lines(pack: Pack) -> tuple[str, str]:
    """Return the pack's title, and below it what the title leaves out of branch and period."""
    return pack.title, " · ".join(part for part in (pack.branch_name, pack.period) if part not in pack.title)
