"""A small union whose note has been sent by a service that readers can reach."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "jobs"))  # the tests are no package

from small_union import SmallUnion, make_small_union

SECRET = "a text that is long enough to sign links with"
TOKEN = "another text that only the mail server knows"


@pytest.fixture
def union(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallUnion:
    monkeypatch.setenv("LINK_SECRET", SECRET)
    monkeypatch.setenv("BOUNCE_TOKEN", TOKEN)
    union = make_small_union(tmp_path / "union")
    with union.config.open("a", encoding="utf-8") as file:
        file.write('[service]\npublic_url = "https://post.proeve.example"\nsecret_env = "LINK_SECRET"\n')
        file.write('[bounces]\ntoken_env = "BOUNCE_TOKEN"\n')
    return union
