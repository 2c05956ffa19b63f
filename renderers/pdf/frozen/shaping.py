"""Text → glyphs with HarfBuzz, as Pango shapes it for WeasyPrint, and the fonts that documents embed.

A document embeds one of two subsets of each font, which are made once a process: the letters of Norwegian, Sámi,
Danish and English, or those of all European languages with Latin letters. Glyphs have the same numbers in both. A text
with any other character is not shaped here.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import uharfbuzz  # type: ignore[import-untyped]

from renderers.pdf.frozen.looks import Type, Weight
from renderers.pdf.frozen.reasons import NotFrozenError, Reason

# Latin-1 without its control characters and the soft hyphen, Latin Extended-A, and marks of print.
REPERTOIRE = (
    frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x180))))
    | frozenset("\u202f‐–—‘’‚“”„†•…‰‹›€−▲▼■")
)  # fmt: skip
_COMMON = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("æøåäöüéáóčđŋšŧžÆØÅÄÖÜÉÁČĐŊŠŦŽ§«»·\u00a0\u202f‐–—’“”−▲▼■")
# Pairs that the font draws as one glyph; a reader gets back the letters.
_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl")

_LOOSE = re.compile("[ \t\r\n\f]{2,}|[\t\r\n\f]")
_LATIN = re.compile("[A-Za-z]")
_UNITS = 1024  # Pango's units a px
# Of use for shaping only, which is done when the document is read.
_DROPPED_TABLES = ("GPOS", "GSUB", "GDEF", "MATH", "DSIG", "BASE", "cmap", "gasp", "name", "post", "OS/2")


@dataclass(frozen=True, slots=True)
class Run:
    """Shaped text: its width in CSS px and its operand of TJ (ISO 32000-1, 9.4.3)."""

    text: str
    width: float
    show: str
    is_common: bool  # all of it is in the smaller subset
    is_tidy: bool  # no white space in it would be collapsed


EMPTY_RUN = Run("", 0.0, "[]", True, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFont:
    """A subset: its streams, compressed, and the entries of its dictionaries."""

    name: str
    file: bytes = field(repr=False)
    length: int
    to_unicode: bytes = field(repr=False)
    widths: str = field(repr=False)
    ascent: int
    descent: int
    widest: int


class Face:
    """One font file: shapes text and numbers the glyphs as in its subset."""

    def __init__(self, path: Path, weight: Weight) -> None:
        self.weight = weight
        self._face = uharfbuzz.Face(path.read_bytes())
        self._fonts: dict[int, uharfbuzz.Font] = {}
        self._texts = self._known_glyphs()
        plan = uharfbuzz.SubsetPlan(self._face, _subset(self._texts))
        self._number = {old: plan.old_to_new_glyph_mapping[old] for old in self._texts}
        em = self._face.upem
        whole = self._font(em)
        self._thousandths = {glyph: round(whole.get_glyph_h_advance(glyph) * 1000 / em) for glyph in self._texts}
        wide = plan.execute()
        self.embedded = {False: self._embed(wide, self._texts), True: self._embed_common(wide)}

    def shape(self, text: str, size: float, language: str, *, script: str | None = None) -> Run:
        """Shape *text* on one line, as part of a text in *script* (ISO 15924) if one is given.

        Raises:
            NotFrozenError: A character has no glyph in the subset.
        """
        if not text:
            return EMPTY_RUN
        if not REPERTOIRE.issuperset(text):
            strange = next(character for character in text if character not in REPERTOIRE)
            raise NotFrozenError(Reason.glyph, f"U+{ord(strange):04X}")
        units = int(size * _UNITS)
        buffer = _shaped(self._font(units), text, language, script)
        total, parts, open_string = 0, [], "<"
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyph, advance = info.codepoint, position.x_advance
            if glyph not in self._number or position.x_offset or position.y_offset:
                raise NotFrozenError(Reason.glyph, f'glyph {glyph} in "{text}"')
            total += advance
            open_string += f"{self._number[glyph]:04x}"
            # As WeasyPrint rounds it (weasyprint.draw.text), so that the pens never part.
            kerning = int(self._thousandths[glyph] - advance * 1000 / units)
            if kerning:
                parts.append(f"{open_string}>{kerning}")
                open_string = "<"
        if open_string != "<":
            parts.append(f"{open_string}>")
        return Run(text, total / _UNITS, f"[{''.join(parts)}]", _COMMON.issuperset(text), is_tidy(text))

    def _font(self, units: int) -> "uharfbuzz.Font":
        font = self._fonts.get(units)
        if font is None:
            font = self._fonts[units] = uharfbuzz.Font(self._face)
            font.scale = (units, units)
        return font

    def _known_glyphs(self) -> dict[int, str]:
        """Return the text of each glyph that the subset holds."""
        font = self._font(self._face.upem)
        known = {font.get_nominal_glyph(ord(character)): character for character in sorted(REPERTOIRE, reverse=True)}
        for letters in _LIGATURES:
            infos = _shaped(font, letters, "en").glyph_infos
            if len(infos) == 1:
                known.setdefault(infos[0].codepoint, letters)
        known.pop(0, None)
        known.pop(None, None)
        return known

    def _embed_common(self, wide: "uharfbuzz.Face") -> EmbeddedFont:
        texts = {glyph: text for glyph, text in self._texts.items() if _COMMON.issuperset(text)}
        inputs = _subset({self._number[glyph] for glyph in texts})
        inputs.flags |= uharfbuzz.SubsetFlags.RETAIN_GIDS
        return self._embed(uharfbuzz.SubsetPlan(wide, inputs).execute(), texts)

    def _embed(self, subset: "uharfbuzz.Face", texts: Mapping[int, str]) -> EmbeddedFont:
        extents, em = self._font(self._face.upem).get_font_extents("ltr"), self._face.upem
        by_number = {self._number[glyph]: glyph for glyph in texts}
        widths, last = "", -2
        for number in sorted(by_number):
            widths += " " if number == last + 1 else f"{']' if widths else ''}{number}["
            widths += str(self._thousandths[by_number[number]])
            last = number
        return EmbeddedFont(
            name=f"PACKAA+Pack-Sans{'-Bold' if self.weight is Weight.bold else ''}",
            file=zlib.compress(subset.blob.data, 9),
            length=len(subset.blob.data),
            to_unicode=zlib.compress(_to_unicode({number: texts[glyph] for number, glyph in by_number.items()}), 9),
            widths=f"[{widths}]]",
            ascent=round(extents.ascender * 1000 / em),
            descent=round(extents.descender * 1000 / em),
            widest=max(self._thousandths[glyph] for glyph in texts),
        )


def is_tidy(text: str) -> bool:
    """Return whether no white space of *text* would be collapsed on a line of its own."""
    return text == text.strip(" ") and not _LOOSE.search(text) and not text.isspace()


class Faces:
    """Both weights. Shaped runs and words are remembered: headings and small numbers return in every pack."""

    def __init__(self, files: dict[Weight, Path]) -> None:
        self._faces = {weight: Face(path, weight) for weight, path in files.items()}
        self.shape = lru_cache(maxsize=8192)(self._shape)
        self.shape_word = lru_cache(maxsize=8192)(self._shape_word)

    def embedded(self, *, are_common: bool) -> dict[Weight, EmbeddedFont]:
        """Return the fonts of a document, the smaller ones if all of its text is common."""
        return {weight: face.embedded[are_common] for weight, face in self._faces.items()}

    def _shape(self, text: str, kind: Type) -> Run:
        if " " not in text or not _LATIN.search(text):
            return self._faces[kind.weight].shape(text, kind.size, kind.language)
        # Nothing in these fonts reaches over a space.
        words, space = [self.shape_word(word, kind) for word in text.split(" ")], self.shape_word(" ", kind)
        shown = space.show[1:-1].join([word.show[1:-1] for word in words]).replace("><", "")
        return Run(
            text=text,
            width=sum([word.width for word in words]) + space.width * (len(words) - 1),
            show=f"[{shown}]",
            is_common=all(word.is_common for word in words),
            is_tidy=is_tidy(text),
        )

    def _shape_word(self, word: str, kind: Type) -> Run:
        return self._faces[kind.weight].shape(word, kind.size, kind.language, script="Latn")


def _shaped(font: "uharfbuzz.Font", text: str, language: str, script: str | None = None) -> "uharfbuzz.Buffer":
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    if script:
        buffer.script = script
    buffer.guess_segment_properties()
    buffer.direction = "ltr"
    buffer.language = language
    uharfbuzz.shape(font, buffer)
    return buffer


def _subset(glyphs: Iterable[int]) -> "uharfbuzz.SubsetInput":
    inputs = uharfbuzz.SubsetInput()
    inputs.glyph_set.update(glyphs)
    inputs.drop_table_tag_set.update(_tag(name) for name in _DROPPED_TABLES)
    inputs.flags = uharfbuzz.SubsetFlags.NO_HINTING
    return inputs


def _tag(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


def _to_unicode(texts: dict[int, str]) -> bytes:
    """Return the CMap that gives back the text of each glyph. Source: ISO 32000-1, 9.10.3."""
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
        "1 begincodespacerange", "<0000> <ffff>", "endcodespacerange",
    ]  # fmt: skip
    items = sorted(texts.items())
    for start in range(0, len(items), 100):
        batch = items[start : start + 100]
        lines.append(f"{len(batch)} beginbfchar")
        lines += [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in batch]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()
