"""The press: which way it takes, what it says of it, and what it keeps."""

import gc
import tracemalloc

import pytest
from awkward_packs import named

from renderers.errors import RenderError
from renderers.pdf import PdfPress, Reason, Way
from renderers.pdf.frozen import private_weasyprint


def test_same_pack_gives_the_same_bytes_from_any_press(bench, sample_packs):
    """What a press has drawn before does not show in the file."""
    pack = sample_packs["large_nb"]
    first, _ = bench.render(pack)
    again, _ = bench.render(pack)
    fresh, _ = PdfPress().render(pack, **bench.parts(pack))

    assert first == again == fresh


def test_plain_way_is_used_when_fast_is_off(bench, sample_packs):
    """A press that is not fast draws all packs in full, and says that it was switched off."""
    pack = sample_packs["empty_nb"]
    content, how = PdfPress(fast=False).render(pack, **bench.parts(pack))

    assert bench.full(pack) == content
    assert (Way.full, Reason.switched_off) == (how.way, how.reason)


def test_reason_is_the_proofs_when_the_proof_switched_it_off(bench, sample_packs):
    """The reason that the caller gives stands for all packs."""
    pack = sample_packs["empty_nb"]
    _, how = PdfPress(fast=False, why_not=Reason.unproven).render(pack, **bench.parts(pack))

    assert Reason.unproven is how.reason


def test_proof_tells_when_a_pack_is_not_frozen(bench, sample_packs):
    """A pack that is drawn in full anyway has no differences; the proof says why it proves nothing."""
    pack = named(sample_packs["empty_nb"], "漢字")
    proof = bench.press.prove(pack, **bench.parts(pack))

    assert (Way.full, Reason.glyph, ()) == (proof.how.way, proof.how.reason, proof.differences)


def test_missing_picture_is_an_error_either_way(bench, sample_packs):
    """A chart without its picture stops the pack; it is not left out."""
    for press in (PdfPress(), PdfPress(fast=False)):
        with pytest.raises(RenderError, match="has no picture"):
            press.render(sample_packs["large_nb"], charts={}, alt_texts={})


def test_picture_that_must_be_decoded_is_left_to_weasyprint(bench, sample_packs):
    """A transparent picture cannot go in as it is."""
    pack = sample_packs["large_nb"]
    parts = bench.parts(pack)
    key = next(iter(parts["charts"]))
    png = parts["charts"][key]
    place = png.index(b"IDAT") - 4
    see_through = png[:place] + b"\0\0\0\1tRNS\0" + b"\xd2\x32\x5f\x2a" + png[place:]
    _, how = bench.press.render(pack, charts={**parts["charts"], key: see_through}, alt_texts=parts["alt_texts"])

    assert Reason.picture is how.reason


def test_weasyprint_is_of_the_stated_range():
    """The installed version is one whose inside is known; with another the frozen layout is never used."""
    assert private_weasyprint.is_supported()
    assert private_weasyprint.SUPPORTED == ((70, 0), (71, 0))


def test_memory_is_flat_over_many_packs(bench, sample_packs):
    """Packs whose texts were never met before leave next to nothing behind."""
    packs = [named(sample_packs["small_da"], f"Lag {number}") for number in range(90)]
    parts = bench.parts(packs[0])
    press = PdfPress()
    for pack in packs[:30]:
        press.render(pack, **parts)
    tracemalloc.start()
    try:
        sizes = []
        for part in (packs[30:60], packs[60:]):
            for pack in part:
                press.render(pack, **parts)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert sizes[1] - sizes[0] < 300_000
