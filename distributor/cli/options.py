"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

Report = Annotated[str, typer.Argument(help="Name of the report.")]
RunId = Annotated[str, typer.Argument(help="Id of the run, as `distributor runs` lists it.", metavar="RUN")]
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file; else DISTRIBUTOR_CONFIG, else ./config.toml.")
]
Period = Annotated[str, typer.Option("--period", help="2026-05, 2026-Q2, 2026-W21, 2026 …; else what the spec says.")]
Engine = Annotated[
    str, typer.Option("--engine", help="Who makes the packs: local (this machine) or dask; else what config.toml says.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Branches = Annotated[
    list[str] | None, typer.Option("--branch", help="Only this branch, by id or name; may be repeated.")
]
AsOf = Annotated[str, typer.Option("--as-of", help="Day that the evaluation stands for, 2026-05-31; else today.")]
