"""Nothing but the pack reaches the PDF, and nothing else is asked."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from renderers.errors import RefusedResourceError, RenderError
from renderers.pdf import library, render_pdf
from renderers.sections import ChartSection

FOREIGN = (
    "file:///etc/hostname",
    "http://127.0.0.1:9/x.png",
    "https://reports.example/x.png",
    "ftp://reports.example/x",
    "pack:chart-99",
    "font:DejaVuSans.ttf",
    "FILE:///etc/hostname",
)


@pytest.mark.parametrize("address", FOREIGN)
def test_fetcher_refuses_what_is_not_in_the_pack(address):
    """Files, networks and unknown names are refused before anything is opened."""
    fetcher = library.press().fetcher({"pack:chart-0": (b"", "image/png")})

    with pytest.raises((PermissionError, ValueError)):
        fetcher.fetch(address)


@pytest.mark.parametrize("address", FOREIGN[:3])
def test_markup_in_a_name_stays_text(draw, sample_packs, address):
    """A branch called like an image is printed as that text; nothing is loaded."""
    name = f'<img src="{address}"><link rel=attachment href="{address}">'
    pack = replace(sample_packs["empty_nb"], branch_name=name, title=name, organisation=name)
    document = draw(pack)
    page = document.reader.pages[0]

    assert address in "".join(page.extract_text().split())
    assert [] == list(page.images)
    assert {} == dict(document.reader.attachments)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/hostname">',
        '<p style="background: url(http://127.0.0.1:9/x.png)">x</p>',
        '<link rel=stylesheet href="file:///etc/hostname">',
    ],
)
def test_a_leak_in_a_template_stops_the_document(sample_packs, monkeypatch, markup):
    """Should markup ever get through, the document is not made, and the error names branch and address."""

    class Leaking:
        def get_template(self, name):
            return self

        def render(self, **values):
            return f"<html lang=nb><body>{markup}</body></html>"

    library.stylesheet("nb", sample_packs["empty_nb"].accent)
    monkeypatch.setattr("renderers.pdf.document.templates", Leaking)

    with pytest.raises(RefusedResourceError, match=r'branch "1151".*(hostname|127\.0\.0\.1)'):
        render_pdf(sample_packs["empty_nb"], charts={}, alt_texts={})


def test_accent_cannot_carry_style(sample_packs):
    """An accent that is no colour is refused: it would be read as style."""
    pack = replace(sample_packs["empty_nb"], accent="red; background: url(file:///etc/hostname)")

    with pytest.raises(ValueError, match="#0b5c8a"):
        render_pdf(pack, charts={}, alt_texts={})


def test_a_chart_without_picture_or_alt_text_is_an_error(sample_packs):
    """A chart that was not drawn, or not described, is never left out in silence."""
    pack = sample_packs["small_da"]

    with pytest.raises(RenderError, match='"joiners" of branch "0492" has no picture'):
        render_pdf(pack, charts={}, alt_texts={})
    with pytest.raises(RenderError, match='"joiners" of branch "0492" has no alt text'):
        render_pdf(pack, charts={"joiners": b"png"}, alt_texts={"joiners": ""})


def test_same_pack_gives_same_bytes(draw, documents):
    """Drawing a pack again changes no byte, whatever was drawn in between."""
    for name in ("small_da", "awkward_en"):
        assert documents[name].content == draw(documents[name].pack).content


def test_same_pack_gives_same_bytes_in_another_process(documents, tmp_path):
    """Another process with other hash seeds, another locale and another clock draws the same bytes."""
    document = documents["empty_nb"]
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('samples', {str(Path(__file__).parents[1] / 'samples.py')!r})\n"
        "samples = importlib.util.module_from_spec(spec)\n"
        "sys.modules['samples'] = samples\n"
        "spec.loader.exec_module(samples)\n"
        "from renderers.pdf import render_pdf\n"
        "sys.stdout.buffer.write(render_pdf(samples.sample_packs()['empty_nb'], charts={}, alt_texts={}))\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)

    assert document.content == done.stdout


def test_missing_pango_says_what_to_install(tmp_path):
    """Without pango the error names the packages to install, and nothing is printed on stdout."""
    (tmp_path / "weasyprint").mkdir()
    # What WeasyPrint does where the library is missing: a banner on stdout, then OSError from the loader.
    (tmp_path / "weasyprint" / "__init__.py").write_text(
        "print('WeasyPrint could not import some external libraries.')\n"
        "raise OSError('cannot load library libpango-1.0-0')\n"
    )
    script = (
        "from renderers.errors import MissingLibraryError\n"
        "from renderers.pdf.library import press\n"
        "import sys\n"
        "try:\n    press()\nexcept MissingLibraryError as error:\n    print(error, file=sys.stderr)\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[3]}"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)

    assert "" == done.stdout
    assert "pango" in done.stderr
    assert "apt-get install libpango-1.0-0" in done.stderr
    assert "brew install pango" in done.stderr


def test_weasyprint_is_loaded_only_when_a_document_is_drawn():
    """Importing the renderer loads neither WeasyPrint nor matplotlib."""
    script = "import renderers.pdf, sys; sys.exit(any(name in sys.modules for name in ('weasyprint', 'matplotlib')))"

    assert 0 == subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[3]).returncode


def test_charts_of_the_samples_are_drawn(sample_packs):
    """The samples hold charts to draw, or the tests above would prove nothing."""
    assert any(isinstance(section, ChartSection) for section in sample_packs["large_nb"].sections)
