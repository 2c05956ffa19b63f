"""The five charts of the analyst's pack, with pyplot as people use it."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd

from benchmarks.naive_figures import CHURN_TARGET, PERIOD, Figures

mpl.use("Agg")  # before pyplot: no screen is needed
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

BLUE, ORANGE, GREY, GREEN = "#0b5c8a", "#d9822b", "#a9b4be", "#5a9367"
MONTHS = ("jan.", "feb.", "mars", "apr.", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des.")
AGES = {
    "under_30": "Under 30 år",
    "30_39": "30–39 år",
    "40_49": "40–49 år",
    "50_59": "50–59 år",
    "60_plus": "60 år og over",
}
EMPLOYMENTS = {"full_time": "Heltid", "part_time": "Deltid", "student": "Student eller elev"}
REASONS = {
    "resigned": "Meldte seg ut",
    "lapsed": "Strøket",
    "retired": "Pensjonert",
    "died": "Døde",
    "expelled": "Ekskludert",
}


def draw_charts(figures: Figures, folder: Path) -> dict[str, str]:
    """Draw the charts as PNG files in *folder* and return their titles by file name, in the pack's order."""
    charts = {
        "accumulated.png": ("Innmeldte hittil i år", _draw_accumulated, figures.accumulated),
        "joiners.png": ("Innmeldte hver måned", _draw_joiners, figures.joiners),
        "churn.png": ("Frafall etter alder, siste 12 måneder", _draw_churn, figures.churn_by_age),
        "employment.png": ("Medlemmer ved utgangen av hver måned", _draw_employment, figures.employment),
        "departures.png": ("Hvorfor medlemskap tok slutt", _draw_departures, figures.departures),
    }
    for name, (_, draw, frame) in charts.items():
        fig, ax = plt.subplots(figsize=(7, 3.5))
        draw(frame, ax)
        fig.tight_layout()
        fig.savefig(folder / name, dpi=150)
        plt.close(fig)
    return {name: title for name, (title, _, _) in charts.items()}


def _draw_accumulated(frame: pd.DataFrame, ax: Axes) -> None:
    styles: dict[str, dict[str, Any]] = {
        str(PERIOD.year): {"color": BLUE, "linewidth": 2.5, "marker": "o", "zorder": 3},
        str(PERIOD.year - 1): {"color": ORANGE, "linewidth": 1.5},
        str(PERIOD.year - 2): {"color": GREY, "linewidth": 1.5},
        "target": {"color": "black", "linewidth": 1, "linestyle": "--", "label": "Mål"},
    }
    for name in map(str, frame.columns):
        ax.plot(MONTHS, frame[name], **{"label": name, **styles[name]})
    ax.legend(frameon=False)
    _tidy(ax)


def _draw_joiners(frame: pd.DataFrame, ax: Axes) -> None:
    places = range(len(frame))
    ax.bar([place - 0.2 for place in places], frame["last_year"], width=0.4, color=GREY, label="Året før")
    ax.bar([place + 0.2 for place in places], frame["this_year"], width=0.4, color=BLUE, label="Siste 12 måneder")
    ax.set_xticks(places, _month_names(frame.index))
    ax.legend(frameon=False)
    _tidy(ax)


def _draw_churn(frame: pd.DataFrame, ax: Axes) -> None:
    frame = frame.reindex(list(AGES)[::-1])
    shares = [f"{share:.1%}".replace(".", ",") if pd.notna(share) else "–" for share in frame["branch"]]
    labels = [f"{AGES[str(age)]}: {share}" for age, share in zip(frame.index, shares, strict=True)]
    ax.barh(labels, frame["branch"].fillna(0), color=BLUE, height=0.6)
    ax.scatter(frame["organisation"], labels, marker="D", color=ORANGE, zorder=3, label="Fellesforeningen")
    ax.axvline(CHURN_TARGET, color="black", linestyle="--", linewidth=1, label="Mål")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_employment(frame: pd.DataFrame, ax: Axes) -> None:
    bottom = pd.Series(0, index=frame.index)
    for (name, label), color in zip(EMPLOYMENTS.items(), (BLUE, ORANGE, GREEN), strict=True):
        ax.bar(range(len(frame)), frame[name], bottom=bottom, color=color, label=label)
        bottom = bottom + frame[name]
    ax.set_xticks(range(len(frame)), _month_names(frame.index))
    ax.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.15))
    _tidy(ax)


def _draw_departures(frame: pd.DataFrame, ax: Axes) -> None:
    ax.imshow(frame.to_numpy(), cmap="Blues", aspect="auto")
    ax.set_xticks(range(len(frame.columns)), _month_names(frame.columns))
    ax.set_yticks(range(len(frame)), [REASONS[reason] for reason in frame.index])
    half = frame.to_numpy().max() / 2
    for y, row in enumerate(frame.to_numpy()):
        for x, count in enumerate(row):
            ax.text(x, y, str(count), ha="center", va="center", color="white" if count > half else "black")


def _month_names(months: pd.Index) -> list[str]:
    return [
        f"{MONTHS[month.month - 1]}\n{month.year}" if i == 0 or month.month == 1 else MONTHS[month.month - 1]
        for i, month in enumerate(months)
    ]


def _tidy(ax: Axes) -> None:
    ax.set_ylim(0, max(1, ax.get_ylim()[1]))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="y", color="#e3e8ec")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
