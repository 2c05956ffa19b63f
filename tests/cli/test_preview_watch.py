"""`distributor preview --watch` as a process: it prints its address, follows, and ends when it is told to."""

import http.cookiejar
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from small_union import SmallUnion

Program = Callable[..., subprocess.CompletedProcess[str]]
PREVIEW = [sys.executable, "-c", "from distributor.cli import main; main()", "preview", "note", "--period", "2026-05"]


@contextmanager
def previewing(union: SmallUnion, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a live preview; give its process and the address that it prints."""
    command = [*PREVIEW, "--config", str(union.config), "--watch", "--branch", "N1", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_live_preview_shows_follows_and_ends(union: SmallUnion, stop: signal.Signals) -> None:
    """The address opens the page, a change is shown, and nothing is left behind."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with previewing(union, "--port", "0") as (process, address):
        first = browser.open(address, timeout=30).read().decode()
        union.edit("report_specs/reports/note.yaml", "Notat {branch}", "Nytt om {branch}")
        here = address.partition("?")[0]
        second = browser.open(f"{here}?branch=N1", timeout=30).read().decode()
        process.send_signal(stop)
        _, told = process.communicate(timeout=30)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[\w-]{20,}&branch=N1", address)
    assert ["Notat Ask, mai 2026", "Nytt om Ask, mai 2026"] == [
        re.findall("<title>(.*) · ", page)[0] for page in (first, second)
    ]
    assert (0, "") == (process.returncode, told)
    assert [] == list((union.folder / "store" / "previews").iterdir())
    assert not (union.folder / "store" / "ledger.sqlite").exists()


def test_port_that_is_taken_is_told(union: SmallUnion) -> None:
    """A sentence and exit code 1; nothing is left behind."""
    with previewing(union, "--port", "0") as (_, address):
        port = re.findall(r":(\d+)/", address)[0]
        with previewing(union, "--port", port) as (second, _):
            _, told = second.communicate(timeout=30)

    assert 1 == second.returncode
    assert f"error: the pages cannot be served on 127.0.0.1:{port}. Name a free --port" in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--branch is missing. Name the branch by its id or name."),
        (("--branch", "N1", "--port", "1"), "--port goes with --watch only."),
        (("--watch", "--json"), "--json does not go with --watch, which keeps no files."),
        (("--watch", "--out", "here"), "--out does not go with --watch, which keeps no files."),
        (("--watch", "--language", "sv"), '--language: "sv" is not supported. Known: nb, da, en.'),
    ],
)
def test_options_that_do_not_go_together_are_told(
    arguments: tuple[str, ...], sentence: str, program: Program, read_union: SmallUnion
) -> None:
    """A mistake of usage, before anything is read."""
    done = program("preview", "note", *arguments, "--config", str(read_union.config))

    assert (2, f"error: {sentence}\n") == (done.returncode, done.stderr)


def test_live_preview_of_an_unknown_report_is_told(program: Program, read_union: SmallUnion) -> None:
    """There is nothing to wait for."""
    done = program("preview", "nota", "--watch", "--config", str(read_union.config))

    assert (2, True) == (done.returncode, 'there is no report "nota"' in done.stderr)
