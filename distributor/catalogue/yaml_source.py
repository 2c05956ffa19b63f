"""YAML 1.2 text read into plain data, with the place of every key and value."""

import math
import re
from pathlib import Path
from typing import Any

import yaml
import yamlcore

from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.marks import Mark, Marked, Step

MAX_BYTES = 1_000_000
MAX_DEPTH = 50

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REMEDIES = (
    ("mapping values are not allowed", 'Put a text that holds ": " in quotes.'),
    ("cannot start any token", "Put a text that begins with this character in quotes."),
    ("could not find expected ':'", "Check the indentation and the colon after the key."),
    ("expected <block end>", "Check that the keys of one mapping stand in the same column."),
    ("unexpected end of stream", "Check the quotes: one of them is not closed."),
)


def read_yaml(content: bytes, file: Path) -> tuple[Marked | None, list[Fault]]:
    """Read one YAML file by the core schema of YAML 1.2: ``NO`` and ``on`` are texts, ``0301`` is 301, ``7:30`` a text.

    Keys are always texts, as written. Anchors, aliases, tags, duplicate keys, several documents, infinite numbers,
    more than MAX_BYTES and more than MAX_DEPTH levels are faults.

    Args:
        content: The bytes of the file, UTF-8.
        file: The file's path, for the places.

    Returns:
        The data with its marks, or None where it could not be read to the end, and the faults.
    """
    if len(content) > MAX_BYTES:
        what = f"the file is {len(content) // 1000} kB; at most {MAX_BYTES // 1000} kB are read"
        return None, [Fault(place=Place(file), what=what, remedy="Split it.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(file, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        return None, [Fault(place=place, what="the file is not UTF-8 text", remedy="Save it as UTF-8.")]
    if found := _UNPRINTABLE.search(text):
        place = Place(file, text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start()))
        return None, [Fault(place=place, what=f"the control character U+{ord(found[0]):04X} is not allowed")]
    return _Reader(text, file).read()


class _StopReading(Exception):
    """The rest of the file cannot be understood; the fault is already noted."""


class _Reader:
    def __init__(self, text: str, file: Path) -> None:
        self._loader = yamlcore.CCoreLoader(text)
        self._text = text
        self._file = file
        self._faults: list[Fault] = []

    def read(self) -> tuple[Marked | None, list[Fault]]:
        try:
            return self._document(), self._faults
        except _StopReading:
            return None, self._faults
        except yaml.MarkedYAMLError as error:
            return None, [*self._faults, self._syntax_fault(error)]
        finally:
            self._loader.dispose()

    def _document(self) -> Marked:
        self._loader.get_event()
        event = self._loader.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return Marked(None, Mark(Place(self._file, 1, 1)))
        marked = self._value(self._loader.get_event(), 0)
        self._loader.get_event()
        event = self._loader.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            self._stop(event, "a second document begins here", "Keep one document in a file.")
        return marked

    def _value(self, event: Any, depth: int) -> Marked:
        if isinstance(event, yaml.AliasEvent):
            self._fault(event, f'the alias "*{event.anchor}" is not allowed', "Write the value out, or use extends.")
            return Marked(None, Mark(self._place(event)))
        if event.anchor:
            self._fault(event, f'the anchor "&{event.anchor}" is not allowed', "Write the value out, or use extends.")
        if event.tag:
            self._fault(event, f'the tag "{event.tag}" is not allowed', "Leave it out; put texts in quotes.")
        if isinstance(event, yaml.ScalarEvent):
            return Marked(self._scalar(event), Mark(self._place(event)))
        if depth == MAX_DEPTH:
            self._stop(event, f"more than {MAX_DEPTH} levels are nested here", "Check the brackets.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth + 1)
        return self._list(event, depth + 1)

    def _mapping(self, start: Any, depth: int) -> Marked:
        data: dict[str, Any] = {}
        keys: dict[str, Place] = {}
        children: dict[Step, Mark] = {}
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            key = self._key(event)
            marked = self._value(self._loader.get_event(), depth)
            if key in data:
                self._fault(event, f'key "{key}" is given twice, first on line {keys[key].line}', "Keep one of them.")
                continue
            data[key], keys[key], children[key] = marked.data, self._place(event), marked.mark
        return Marked(data, Mark(self._place(start), keys, children))

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            what = "a key must be a text, not a list, a mapping or an alias"
            self._stop(event, what, 'Put a text that begins with "{" or "[" in quotes.')
        if event.anchor or event.tag:
            self._fault(event, "anchors and tags are not allowed on a key", "Leave it out.")
        return str(event.value)

    def _list(self, start: Any, depth: int) -> Marked:
        data: list[Any] = []
        children: dict[Step, Mark] = {}
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            marked = self._value(event, depth)
            children[len(data)] = marked.mark
            data.append(marked.data)
        return Marked(data, Mark(self._place(start), {}, children))

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:
            return event.value
        tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == "tag:yaml.org,2002:str":
            return event.value
        try:
            value = self._loader.construct_object(yaml.ScalarNode(tag, event.value))
        except ValueError:  # Python refuses to convert whole numbers of more than 4,300 digits
            value = math.inf
        if isinstance(value, float) and not math.isfinite(value):
            self._fault(event, f"{event.value[:20]} is not a number that can be used", "Write a finite number.")
            return 0
        return value

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, event: Any, what: str, remedy: str) -> None:
        self._faults.append(Fault(place=self._place(event), what=what, remedy=remedy))

    def _stop(self, event: Any, what: str, remedy: str) -> None:
        self._fault(event, what, remedy)
        raise _StopReading

    def _syntax_fault(self, error: yaml.MarkedYAMLError) -> Fault:
        mark = error.problem_mark or error.context_mark
        place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
        lines = self._text.split("\n")
        here = lines[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(lines) else ""
        if here == "\t":
            return Fault(place=place, what="a tab stands where YAML needs spaces", remedy="Indent by spaces.")
        problem = error.problem or error.context or "it cannot be read"
        remedy = next((remedy for words, remedy in _REMEDIES if words in problem), "")
        return Fault(place=place, what=f"this is not YAML: {problem}", remedy=remedy)
