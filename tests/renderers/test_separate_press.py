"""A press in a process of its own draws what one in this process draws."""

from dataclasses import replace
from typing import Any

import pytest

from renderers.documents import DocumentPress
from renderers.errors import UnknownLanguageError
from renderers.pack import Artifact, Format, Pack
from renderers.separate_press import SeparatePress
from renderers.specimen import specimen

ALL = tuple(Format)


def by_name(artifacts: tuple[Artifact, ...]) -> dict[str, bytes]:
    return {artifact.name: artifact.content for artifact in artifacts}


def test_documents_are_those_of_a_press_here(sample_packs: dict[str, Pack]) -> None:
    """Every file is the same, byte by byte: the PDF and the workbook as the full way makes them."""
    pack = sample_packs["large_nb"]
    press = DocumentPress(refused={"pdf": "for this test", "xlsx": "for this test"})
    expected = press.render(pack, ALL, image_scale=1).artifacts

    with SeparatePress() as separate:
        made = separate.render(pack, ALL, image_scale=1, fast=True)

    assert by_name(expected) == by_name(made)


def test_pack_that_cannot_be_drawn_is_told_here() -> None:
    """An error of the other process is raised in this one."""
    with SeparatePress() as separate, pytest.raises(UnknownLanguageError, match='"sv" is not supported'):
        separate.render(replace(specimen(), language="sv"), ALL, image_scale=1, fast=True)


@pytest.mark.parametrize("path", ["/nowhere/python", "/bin/false"])
def test_pack_is_drawn_here_where_there_is_no_other_process(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that cannot be started, or dies, is made up for."""
    monkeypatch.setattr("sys.executable", path)
    with SeparatePress() as separate:
        made = separate.render(specimen(), (Format.html,), image_scale=1, fast=True)

    assert {"pack.html", "pack.txt"} <= by_name(made).keys()


def test_press_that_is_not_asked_ends_with_its_block() -> None:
    """No process is left where the pack was never made."""
    separate: Any = SeparatePress()
    with separate:
        process = separate._process
        assert process.poll() is None

    assert process.returncode is not None


def test_specimen_has_everything_that_is_drawn() -> None:
    """It can be drawn in every format: what it does not load is loaded later, while somebody waits."""
    made = DocumentPress().render(specimen(), ALL, image_scale=1).artifacts

    assert {"pack.html", "pack.txt", "pack.pdf", "pack.xlsx", "slack.json", "sms.txt"} <= by_name(made).keys()
    assert 4 == sum(artifact.name.endswith(".png") for artifact in made)
