"""The size of a chart on the reader's screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSize:
    """Logical pixels (CSS px), before the scale of the screen.

    ``height_px`` is that of a chart with a vertical value axis; forms that lay their categories in rows grow with them.
    """

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if self.width_px < 240 or self.height_px < 160:
            raise ValueError(
                f"a chart of {self.width_px} × {self.height_px} px cannot hold readable text; "
                "use at least 240 × 160 px."
            )


PHONE = ChartSize(width_px=358, height_px=236)  # a 390 px screen less the margins of a mail
