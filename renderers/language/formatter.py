"""Numbers, dates and phrases of one language (Babel and our own word lists)."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property, lru_cache
from importlib import resources

import yaml
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from renderers.errors import MissingWordError, UnknownLanguageError
from renderers.formats import INTEGER, Cell, Mark, Value, ValueFormat, ValueKind

LANGUAGES = ("nb", "da", "en")
# English is written for readers in Europe: day before month.
_LOCALES = {"nb": "nb_NO", "da": "da_DK", "en": "en_GB"}
_WORD_FILES = tuple(
    f"{name}.yaml"
    for name in (
        "general",
        "documents",
        "charts",
        "summary",
        "notices",
        "letters",
        "pages",
        "preview",
        "alerts",
        "watch_list",
    )
)
# libyaml reads the words in a tenth of the time; not every build of PyYAML has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TENTHS_BELOW_S = 9.95
_MINUS = "\N{MINUS SIGN}"


class Formatter:
    """Prints values and phrases in one language; holds no state but its words."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UnknownLanguageError(language, LANGUAGES)
        self.language = language
        self.locale = Locale.parse(_LOCALES[language])

    def word(self, key: str, **values: object) -> str:
        """Return the phrase *key*, its {placeholders} filled.

        Raises:
            MissingWordError: No such phrase in this language.
        """
        phrase = self._phrases.get(key)
        if phrase is None:
            raise MissingWordError(key, self.language)
        return phrase.format(**values) if values else phrase

    def value(self, value: Value, how: ValueFormat) -> str:
        """Print *value*; None is the word for "no value"."""
        if value is None:
            return self.word("no_value")
        if isinstance(value, datetime.date):
            return self.date(value)
        if isinstance(value, str) or how.kind in (ValueKind.text, ValueKind.date):
            return str(value)
        return _number(self.language, value, how)

    def signed(self, value: int | float | Decimal, how: ValueFormat) -> str:
        """Print *value* with its sign: +5, −5, 0."""
        text = self.value(value, how)
        is_zero = not any(digit in text for digit in "123456789")
        return text.lstrip(_MINUS) if is_zero else text if value < 0 else f"+{text}"

    def cell(self, value: Value, how: ValueFormat) -> Cell:
        """Print *value* as a cell that is shown, or absent if there is none."""
        if value is None:
            return Cell(value=None, text=self.value(None, how), mark=Mark.absent)
        return Cell(value=value, text=self.value(value, how))

    def suppressed(self, mark: Mark, *, min_cell: int) -> Cell:
        """Return the cell of a suppressed figure: "<5", or the sign for withheld."""
        text = f"<{min_cell}" if mark is Mark.few else self.word("withheld_sign")
        return Cell(value=None, text=text, mark=mark)

    def date(self, day: datetime.date) -> str:
        """Print a day: 31. mai 2026."""
        return _day(self.language, day, "long")

    def month(self, day: datetime.date) -> str:
        """Print a month and its year: mai 2026."""
        return _month(self.language, day)

    def month_name(self, day: datetime.date) -> str:
        """Print a month as on an axis: jan, feb, mars."""
        return _day(self.language, day, "LLL").rstrip(".")

    def moment(self, at: datetime.datetime, zone: datetime.tzinfo) -> str:
        """Print an instant (aware) as the clock of *zone* shows it: 31. mai 2026 kl. 07:00."""
        local = at.astimezone(zone)
        return self.word("moment", day=self.date(local.date()), time=f"{local:%H:%M}")

    def duration(self, length: datetime.timedelta) -> str:
        """Print a length of time to two units: 1 t 4 min, 3 min 12 s, 4,2 s."""
        seconds = length.total_seconds()
        if seconds < _TENTHS_BELOW_S:
            return self.word("seconds", seconds=self.value(seconds, ValueFormat(kind=ValueKind.decimal, decimals=1)))
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes_left = divmod(minutes, 60)
        if hours:
            return self.word("hours_minutes", hours=self.value(hours, INTEGER), minutes=minutes_left)
        if minutes:
            return self.word("minutes_seconds", minutes=minutes, seconds=rest)
        return self.word("seconds", seconds=rest)

    def listing(self, items: list[str]) -> str:
        """Join words: a, b og c."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self.word('and')} {items[-1]}"

    @cached_property
    def _phrases(self) -> dict[str, str]:
        return {key: phrases[self.language] for key, phrases in _words().items() if self.language in phrases}


def rounded(value: int | float | Decimal, how: ValueFormat) -> Decimal:
    """Round half away from zero to the printed decimals, as readers do by hand; never minus zero."""
    return Decimal(str(value)).quantize(_step(how), rounding=ROUND_HALF_UP) + 0


@cache
def _step(how: ValueFormat) -> Decimal:
    """Return the least difference that is printed."""
    return Decimal(1).scaleb(-how.decimals - (2 if how.kind is ValueKind.percent else 0))


@cache
def formatter(language: str) -> Formatter:
    """Return the formatter of *language*, made once a process."""
    return Formatter(language)


@lru_cache(maxsize=65_536, typed=True)
def _number(language: str, value: int | float | Decimal, how: ValueFormat) -> str:
    """Print a number; packs repeat the same few thousand, and Babel takes as long for one as a chart for its bars."""
    locale = formatter(language).locale
    decimals = "0" * how.decimals
    pattern = f"#,##0.{decimals}" if decimals else "#,##0"
    exact = rounded(value, how)
    match how.kind:
        case ValueKind.percent:
            space = "" if language == "en" else "\N{NO-BREAK SPACE}"
            text = format_percent(exact, f"{pattern}{space}%", locale=locale)
        case ValueKind.money:
            money = f"¤¤\N{NO-BREAK SPACE}{pattern}" if language == "en" else f"{pattern}\N{NO-BREAK SPACE}¤"
            text = format_currency(exact, how.unit or "NOK", money, locale=locale, currency_digits=False)
        case _:
            text = format_decimal(exact, pattern, locale=locale)
    return text.replace("-", _MINUS)


@lru_cache(maxsize=4096)
def _day(language: str, day: datetime.date, pattern: str) -> str:
    return format_date(day, pattern, locale=formatter(language).locale)


@lru_cache(maxsize=4096)
def _month(language: str, day: datetime.date) -> str:
    return format_skeleton("yMMMM", day, locale=formatter(language).locale)


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    folder = resources.files("renderers.language") / "words"
    for name in _WORD_FILES:
        words |= yaml.load((folder / name).read_text("utf-8"), Loader=_LOADER) or {}
    return words
