"""Texts: a word for every language, placeholders and Jinja that can be filled in."""

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import Any

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import Words
from distributor.catalogue.validation import walk

TITLE_NAMES = ("branch", "period", "organisation")
TEXT_NAMES = ("summary", "branch", "period", "organisation")
TEXT_FILTERS = ("capitalize", "default", "join", "length", "lower", "replace", "title", "trim", "upper")
_PLAIN = re.compile(r"[^{}]*(?:\{\{ *(?:summary\(\)|branch|period|organisation) *\}\}[^{}]*)*")
_FORBIDDEN = {  # by name of Jinja's node; the last two make texts of any size
    "Include": "include",
    "Import": "import",
    "FromImport": "from",
    "Extends": "extends",
    "Macro": "macro",
    "CallBlock": "call",
    "Pow": "**",
    "Mul": "*",
}


def language_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for every text that lacks one of the catalogue's languages."""
    if draft.organisation is None:
        return
    languages = draft.organisation.languages
    yield from _lacking(draft.organisation, draft.organisation_mark, languages)
    for part in (draft.datasets, draft.metrics, draft.calendars, draft.reports):
        for _, spec, mark in part:
            yield from _lacking(spec, mark, languages)


def _lacking(spec: Any, mark: Mark, languages: tuple[str, ...]) -> Iterator[Fault]:
    for path, words in walk(spec):
        if isinstance(words, Words) and (lacking := [lang for lang in languages if not getattr(words, lang)]):
            listed = ", ".join(f'"{language}"' for language in lacking)
            what = f'the text of "{path[-1]}" has no {listed}'
            yield Fault(place=mark.locate_key(*path), what=what, remedy="Give it in every language of catalogue.yaml.")


def title_faults(words: Words, mark: Mark, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield faults of a title: braces that do not name the branch, the period or the organisation."""
    for language, text in _by_language(words, mark.locate(*path) == mark.locate(*path, "en")):
        if text and (fault := _title_fault(text, mark.locate(*path, language))):
            yield fault


def _title_fault(text: str, place: Place) -> Fault | None:
    remedy = "Write {branch}, {period} or {organisation}; a brace itself is written twice."
    try:
        fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    except ValueError as error:
        return Fault(place=place, what=f"the title cannot be filled in: {error}", remedy=remedy)
    for name, spec, how in fields:
        if name not in TITLE_NAMES:
            return Fault(place=place, what=f'"{{{name}}}" is not known in a title', allowed=TITLE_NAMES, got=name)
        if spec or how:
            return Fault(place=place, what=f'"{{{name}}}" takes no format', remedy=remedy)
    return None


def template_faults(words: Words, mark: Mark, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield faults of a Jinja text: what cannot be parsed, and names that it is not given."""
    for language, text in _by_language(words, mark.locate(*path) == mark.locate(*path, "en")):
        if text and not _PLAIN.fullmatch(text):  # what most reports say needs no parser, nor its slow import
            for what, got in _template_problems(text):
                allowed = TEXT_NAMES if got else None
                yield Fault(place=mark.locate(*path, language), what=what, allowed=allowed, got=got)


def _by_language(words: Words, is_one_text: bool) -> list[tuple[str, str | None]]:
    """Return the texts to look at; a plain text stands for all languages and is looked at once."""
    languages = ("en",) if is_one_text and words.nb == words.da == words.en else ("nb", "da", "en")
    return [(language, getattr(words, language)) for language in languages]


@cache
def _template_problems(text: str) -> tuple[tuple[str, str | None], ...]:
    from jinja2 import Environment, TemplateError, meta, nodes

    environment = Environment(autoescape=True)
    try:
        tree = environment.parse(text)  # never compiled here: compiling computes 'x' * 999999999
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        problem = (error.message or "it cannot be parsed").rstrip(".")
        return ((f"the text is not a template, line {line}: {problem[:1].lower()}{problem[1:]}", None),)
    except (RecursionError, ValueError, OverflowError) as error:
        return ((f"the text cannot be used as a template ({type(error).__name__})", None),)
    for name, word in _FORBIDDEN.items():
        if tree.find(getattr(nodes, name)):
            return ((f'the template uses "{word}", which is not allowed in a report', None),)
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name not in TEXT_FILTERS:
            return ((f'the filter "{filtered.name}" is not one of {", ".join(TEXT_FILTERS)}', None),)
    for tested in tree.find_all(nodes.Test):
        if tested.name not in environment.tests:
            return ((f'the test "is {tested.name}" is not known', None),)
    unknown = sorted(meta.find_undeclared_variables(tree) - set(TEXT_NAMES))
    return tuple((f'"{name}" is not known in a text', name) for name in unknown)
