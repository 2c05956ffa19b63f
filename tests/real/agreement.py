"""The check that the four documents of a pack say the same: each figure of each section."""

from collections.abc import Mapping

from delivered import Mail, Page, Sheet, is_tile_sheet, plain, printed_rows, text_grid, text_tiles

from renderers.formats import ValueFormat


def assert_documents_agree(mail: Mail, formats: Mapping[str, ValueFormat], language: str) -> None:
    """Hold HTML, text and PDF against the workbook, whose numbers are printed as the others print them."""
    page = Page(mail.html)
    tables = list(page.bodies())
    filled = [sheet for sheet in mail.sheets if not sheet.sentence]
    for sheet in mail.sheets:
        if sheet.sentence:
            _assert_sentences_agree(plain(sheet.sentence), mail, page)
            continue
        rows = printed_rows(sheet, formats, language)
        if is_tile_sheet(sheet, language):
            _assert_tiles_agree(sheet, rows, mail, page)
            continue
        assert rows == tuple(tuple(map(plain, row)) for row in text_grid(mail.text, sheet.heading)), sheet.heading
        if rows in tables:
            for row in rows:
                assert " ".join(row) in mail.pdf
        else:
            assert any(plain(sheet.heading) in picture for picture in page.pictures), sheet.heading
    assert len(tables) + len(page.pictures) == sum(not is_tile_sheet(sheet, language) for sheet in filled)


def _assert_tiles_agree(sheet: Sheet, rows: tuple[tuple[str, ...], ...], mail: Mail, page: Page) -> None:
    values = {row[0]: row[1] for row in rows}
    assert values == page.tile_values()
    assert values == {name: plain(value) for name, value in text_tiles(mail.text, sheet.heading).items()}
    shown = plain(" ".join(part for tile in page.tiles for part in tile.values()))
    text = plain(mail.text)
    for row in rows:
        assert f"{row[0]} {row[1]}" in mail.pdf
        for base, sentence in zip(row[2::2], row[3::2], strict=False):
            assert sentence in mail.pdf
            assert sentence in shown
            assert sentence in text
            assert base in shown
            assert base in text


def _assert_sentences_agree(sentence: str, mail: Mail, page: Page) -> None:
    assert sentence in page.sentences
    assert sentence in plain(mail.text)
    assert sentence in mail.pdf
