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

_PROGRAM = "from renderers.separate_press import draw_one; draw_one()"
# The frozen layout and the templates of workbooks are learned from one pack for those that follow; here none does.
_ONE_PACK = {"pdf": "one pack", "xlsx": "one pack"}


@dataclass(slots=True)
class SeparatePress:
    """Draws one pack. A press that fails is made up for in this process, where the error is told."""

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
            with self._process as process:
                process.kill()

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
        artifacts = self._drawn_there(pickle.dumps(order))
        return artifacts if artifacts is not None else _drawn(*order)

    def _drawn_there(self, order: bytes) -> "tuple[Artifact, ...] | None":
        if self._process is None:
            return None
        with suppress(OSError):
            answer, _ = self._process.communicate(order)
            if self._process.returncode == 0:
                artifacts: tuple[Artifact, ...] = pickle.loads(answer)
                return artifacts
        return None


def draw_one() -> None:
    """Get ready, draw the pack that comes over standard input, and write its documents to standard output."""
    gc.disable()
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # no library's word gets into the answer
    _warm_up()
    with suppress(EOFError):  # nothing was drawn after all
        answer.write(pickle.dumps(_drawn(*pickle.load(sys.stdin.buffer))))
        answer.flush()
    os._exit(0)  # nothing is left to be put in order, and to tear the libraries down takes a while


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
