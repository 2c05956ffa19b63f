"""The packs that whoever approves a run looks at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.packs.sample import Candidate, choose_sample
from renderers.letters.models import SampleReason


def candidate(branch_id: str, size: float | None = 10, change: float | None = 0, warnings: int = 0) -> Candidate:
    return Candidate(branch_id=branch_id, language="nb", size=size, change=change, warnings=warnings)


UNION = (
    candidate("oslo", 900, 0.02),
    candidate("fedje", 6, -0.1),
    candidate("rana", 60, -0.8),
    candidate("moss", 70, 0.1, warnings=2),
    candidate("alta", 50, warnings=1),
    candidate("voss", 80),
    candidate("stord", 90),
)


def chosen(number: int, *, seed: str = "run-1", some: tuple[Candidate, ...] = UNION) -> list[tuple[str, str]]:
    return [(one.candidate.branch_id, one.reason) for one in choose_sample(some, number=number, seed=seed)]


def test_sample_of_five_has_five_reasons() -> None:
    """The largest, the smallest, the most changed either way, the one with most warnings, and a random one."""
    first = chosen(5)

    assert [("oslo", "largest"), ("fedje", "smallest"), ("rana", "most_changed"), ("moss", "warnings")] == first[:4]
    assert "random" == first[4][1]
    assert first[4][0] in {"alta", "voss", "stord"}


def test_random_pack_depends_on_the_run_alone() -> None:
    """Asking again shows the same packs, in whatever order they come; other runs draw others."""
    assert chosen(5) == chosen(5, some=UNION[::-1])
    assert 3 == len({chosen(5, seed=f"run-{n}")[4] for n in range(30)})


@pytest.mark.parametrize(("number", "length"), [(1, 1), (3, 3), (7, 7), (20, 7)])
def test_sample_is_as_long_as_asked_or_as_there_are_branches(number: int, length: int) -> None:
    """Fewer than five leave the last reasons out, more add random packs."""
    assert length == len(chosen(number))


def test_reason_that_fits_nobody_gives_way_to_random() -> None:
    """No warnings, no change, no size: the sample is filled all the same."""
    some = tuple(candidate(name, None, None) for name in ("a", "b", "c"))

    assert ["random"] * 3 == [reason for _, reason in chosen(5, some=some)]


def test_branch_in_two_languages_is_looked_at_once() -> None:
    """A branch counts once, whichever of its packs is chosen."""
    both = tuple(Candidate(branch_id="a", language=language, size=5) for language in ("nb", "da"))

    assert [("a", "largest")] == chosen(5, some=both)


def test_nobody_to_choose_from() -> None:
    """No packs, no sample."""
    assert [] == chosen(5, some=())


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        branch_id=st.sampled_from("abcdefgh"),
        language=st.sampled_from(["nb", "da"]),
        size=st.none() | st.floats(0, 1e6),
        change=st.none() | st.floats(-1, 10),
        warnings=st.integers(0, 3),
    ),
    unique_by=lambda one: (one.branch_id, one.language),
)


@given(some=CANDIDATES, number=st.integers(1, 20), seed=st.text(), order=st.randoms(use_true_random=False))
def test_any_sample(some: list[Candidate], number: int, seed: str, order: object) -> None:
    """As many as asked or as there are branches, no branch twice, whatever the order; each reason is true."""
    found = choose_sample(some, number=number, seed=seed)
    shuffled = list(some)
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    branches = [one.candidate.branch_id for one in found]
    assert min(number, len({one.branch_id for one in some})) == len(found) == len(set(branches))
    assert found == choose_sample(shuffled, number=number, seed=seed)
    sizes = [one.size for one in some if one.size is not None]
    for one in found:
        match one.reason:
            case SampleReason.largest:
                assert max(sizes) == one.candidate.size
            case SampleReason.most_changed:
                assert one.candidate.change
            case SampleReason.warnings:
                assert one.candidate.warnings
            case SampleReason.smallest | SampleReason.random:
                pass
