"""What was handed over lately."""

from channels.recent import Recent


def test_known_until_forgotten() -> None:
    """A key is known until it is forgotten, and a new id takes the place of the old."""
    recent = Recent()
    recent.keep("a", "1")
    recent.keep("a", "2")
    assert "2" == recent.find("a")
    recent.forget("a")
    recent.forget("a")
    assert recent.find("a") is None


def test_oldest_goes_first() -> None:
    """Over the limit the key that was kept longest ago is forgotten."""
    recent = Recent(longest=2)
    for key in ("a", "b", "a", "c"):
        recent.keep(key, f"id of {key}")
    assert recent.find("b") is None
    assert ("id of a", "id of c") == (recent.find("a"), recent.find("c"))


def test_others_are_those_of_other_keys() -> None:
    """A key's own id is not among those of the others."""
    recent = Recent()
    recent.keep("a", "1")
    recent.keep("b", "2")
    assert {"2"} == recent.others("a")
