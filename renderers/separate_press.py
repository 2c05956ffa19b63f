"""A press in a process of its own, which gets ready to draw while the pack is still being computed."""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what draws takes most of a second to load; the process that asks has no need of it
    from renderers.pack import Artifact, Format, Pack

_PROGRAM = "from renderers.separate_press import draw_orders; draw_orders()"
# The frozen layout and the templates of workbooks are learned from one pack for those that follow; here none does.
_ONE_PACK = {"pdf": "one pack", "xlsx": "one pack"}


@dataclass(slots=True)
class SeparatePress:
    """Draws packs until its block ends. Where it fails, this process draws, and tells the error if there is one."""

    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __enter__(self) -> "SeparatePress":
        path = os.pathsep.join(entry for entry in sys.path if entry)
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what goes wrong there goes wrong here again, and is told then
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is meant for us, and we end it
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(BrokenPipeError), self._process:
                pass  # its pipes are closed, and its end is awaited

    def render(
        self, pack: "Pack", formats: "Collection[Format]", *, image_scale: int, fast: bool
    ) -> "tuple[Artifact, ...]":
        """Draw *pack*; see `DocumentPress.render`.

        Args:
            pack: Computed, suppressed and localised.
            formats: What is wanted.
            image_scale: Pixels of an image for each logical pixel.
            fast: Whether charts may be drawn the fast way; a single PDF or workbook is quickest the full way.

        Raises:
            RenderError: The pack cannot be drawn; the message says why.
        """
        order = (pack, tuple(formats), image_scale, fast)
        artifacts = self._drawn_there(order)
        return artifacts if artifacts is not None else _drawn(*order)

    def _drawn_there(self, order: object) -> "tuple[Artifact, ...] | None":
        if self._process is None:
            return None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(order, self._process.stdin)
            self._process.stdin.flush()
            artifacts: tuple[Artifact, ...] = pickle.load(self._process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):  # it could not draw, and ended
            return None
        return artifacts


def draw_orders() -> None:
    """Get ready, draw the packs that come over standard input, and write their documents to standard output."""
    gc.disable()
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # no library's word gets into the answer
    _warm_up()
    with suppress(EOFError):  # nothing more is to be drawn
        while True:
            order = pickle.load(sys.stdin.buffer)
            pickle.dump(_drawn(*order), answer)
            answer.flush()


def _drawn(pack: "Pack", formats: "Collection[Format]", image_scale: int, fast: bool) -> "tuple[Artifact, ...]":
    from renderers.documents import DocumentPress

    press = DocumentPress(fast=fast, refused=_ONE_PACK)
    return press.render(pack, formats, image_scale=image_scale).artifacts


def _warm_up() -> None:
    """Draw something of every kind: fonts, style sheets and templates are loaded then."""
    from renderers.errors import RenderError
    from renderers.pack import Format
    from renderers.specimen import specimen

    with suppress(RenderError):  # told when the pack itself cannot be drawn
        _drawn(specimen(), tuple(Format), 1, fast=True)
