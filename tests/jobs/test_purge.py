"""What is older than it may be kept goes, and nothing that is still referred to."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion

from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.jobs.messages import Composer
from distributor.jobs.pseudonyms import make_pseudonym
from distributor.jobs.purge import Purge, What, carry_out_purge, plan_purge
from distributor.ledger.port import PSEUDONYM_MARK, DeliveryFilter
from distributor.ledger.records import RunRecord, RunStatus

DAY = timedelta(days=1)
# Files bear the system's time: only from here on are those of this test old. Runs bear the frozen clock's.
LATER = datetime.now(UTC) + 1000 * DAY


@pytest.fixture
def old(union: SmallUnion) -> Application:
    """The union a thousand days after a run of its note."""
    union.run("note")
    return union.app(LATER)


def numbers(purge: Purge) -> dict[str, int]:
    return {part.what: part.number for part in purge.parts if part.number}


def with_younger_run(union: SmallUnion) -> tuple[Application, RunRecord]:
    """Run the note over the same month twice, a thousand days apart; the day after the second run has come."""
    union.edit("report_specs/datasets.yaml", "within: 40 days", "within: 9000 days")
    union.run("note", period="2026-05")
    young = union.run("note", now=LATER - DAY, period="2026-05").run
    return union.app(LATER), young


def files(app: Application) -> list[Path]:
    return [app.settings.store.path / "artifacts" / one.name for one in app.store.files()]


def is_whole(app: Application, run_id: str) -> bool:
    """Whether every file of a run can be fetched."""
    packs = app.ledger.packs(run_id).values()
    for pack in packs:
        for ref in pack.artifacts:
            app.store.fetch(ref, branch_id=pack.branch_id)
    return any(pack.artifacts for pack in packs)


def test_plan_tells_what_goes_and_changes_nothing(old: Application) -> None:
    """The plan and the purge that follows it count the same, and only the purge does it."""
    [run] = old.ledger.runs()
    before = files(old)

    planned = plan_purge(old)

    assert before == files(old)
    assert is_whole(old, run.run_id)
    assert not (old.settings.store.path / "pseudonym.key").exists()
    assert numbers(planned) == numbers(carry_out_purge(old, who="kari"))
    assert planned.size_bytes > 10_000
    assert plan_purge(old).is_empty


def test_old_documents_figures_tries_and_names_are_gone(old: Application) -> None:
    """After a purge nothing tells a name or a figure; how many deliveries there were and how they ended stays."""
    [run] = old.ledger.runs()
    counts = old.ledger.counts(run.run_id)

    purge = carry_out_purge(old, who="kari")

    assert [] == files(old)
    assert not old.run_folder(run.run_id).exists()
    assert () == old.ledger.attempts(DeliveryFilter())
    deliveries = old.ledger.deliveries(DeliveryFilter())
    assert {""} == {one.recipient_name for one in deliveries}
    assert all(one.address.startswith(PSEUDONYM_MARK) or not one.address for one in deliveries)
    assert counts == old.ledger.counts(run.run_id)
    [noted] = old.ledger.audit()
    assert ("kari", "purge") == (noted.who, noted.action)
    assert f"{numbers(purge)[What.documents]} documents" in noted.reason


def test_young_runs_keep_everything(union: SmallUnion) -> None:
    """Nothing is removed before its time; not even what nothing refers to, as long as a run may just be putting it."""
    union.run("note")
    app = union.app(NOW + 30 * DAY)
    before = files(app)

    assert plan_purge(app).is_empty
    assert carry_out_purge(app, who="kari").is_empty
    assert before == files(app)


def test_file_that_a_younger_run_shares_stays(union: SmallUnion) -> None:
    """Two runs over the same data share their files: the older run forgets them, the younger one keeps them."""
    app, young = with_younger_run(union)

    purge = carry_out_purge(app, who="kari")

    assert 1 == numbers(purge)[What.run_folders]
    assert is_whole(app, young.run_id)
    assert app.run_folder(young.run_id).is_dir()


@pytest.mark.parametrize("status", [RunStatus.running, RunStatus.waiting, RunStatus.sending])
def test_run_that_has_not_ended_loses_nothing(old: Application, status: RunStatus) -> None:
    """However old a run is, as long as something of it is to come its files, names and tries stay."""
    [run] = old.ledger.runs()
    old.ledger.record_status(run.run_id, status)
    before = files(old)

    assert plan_purge(old).is_empty
    assert carry_out_purge(old, who="kari").is_empty
    assert before == files(old)
    assert is_whole(old, run.run_id)


def test_leftovers_of_a_crash_go(old: Application) -> None:
    """Half-written files and files that nothing refers to go after a day, and half-removed folders too."""
    for name in ("ab/.abcd.4711", "ab/abcd-0000"):
        path = old.settings.store.path / "artifacts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    (old.settings.store.path / "runs" / ".going-x" / "snapshot").mkdir(parents=True)
    fresh = old.settings.store.path / "artifacts" / "ab" / "fresh-0000"
    fresh.write_bytes(b"just put")
    os.utime(fresh, (LATER.timestamp(), LATER.timestamp()))

    assert 3 == numbers(carry_out_purge(old, who="kari"))[What.left_over]

    assert [fresh] == files(old)


def test_file_that_is_put_again_is_in_use(union: SmallUnion) -> None:
    """A run that makes the same file anew makes it young, so that a purge meanwhile leaves it."""
    run = union.run("note").run
    app = union.app()
    pack = next(iter(app.ledger.packs(run.run_id).values()))
    artifacts = app.store.fetch_all(pack.artifacts, branch_id=pack.branch_id)
    for path in files(app):
        os.utime(path, (1, 1))

    app.store.put(list(artifacts.values()), branch_id=pack.branch_id)

    [used] = [one for one in app.store.files() if one.used_at_s > 1]
    assert app.store.name(pack.artifacts[0].address, pack.branch_id) == used.name


def test_folders_of_evaluations_go_with_their_runs(union: SmallUnion) -> None:
    """The snapshot of an old evaluation goes, a younger one's stays; one that was never recorded is left over."""
    app = union.app(LATER)
    run = union.run("note").run
    for name, started_at in (("alerts-old", LATER - 900 * DAY), ("alerts-young", LATER - DAY)):
        app.ledger.open_run(replace(run, run_id=name, report="alerts", started_at=started_at, status=RunStatus.closed))
    for name in ("alerts-old", "alerts-young", "alerts-unknown", ".going-alerts-half"):
        (app.evaluations_folder / name).mkdir(parents=True)

    carry_out_purge(app, who="kari")

    assert ["alerts-young"] == [path.name for path in app.evaluations_folder.iterdir()]


@pytest.mark.parametrize(
    "step", ["forget_packs", "forget_attempts", "forget_incidents", "pseudonymise", "record_audit"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_crash_anywhere_is_made_up_for(
    union: SmallUnion, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    """A purge that ends in the middle has lost nothing that is referred to, and the next one finishes it."""
    app, young = with_younger_run(union)
    with monkeypatch.context() as patch:
        patch.setattr(type(app.ledger), step, crashing(getattr(type(app.ledger), step), when))
        with pytest.raises(ZeroDivisionError):
            carry_out_purge(app, who="kari")
    assert is_whole(app, young.run_id)

    carry_out_purge(app, who="kari")

    assert plan_purge(app).is_empty
    assert is_whole(app, young.run_id)


def crashing(method: Callable[..., object], when: str) -> Callable[..., object]:
    def crash(*given: object, **named: object) -> object:
        if when == "after":
            method(*given, **named)
        raise ZeroDivisionError

    return crash


def test_pseudonym_is_the_same_each_time_and_of_this_store_only(
    union: SmallUnion, make_union: Callable[..., SmallUnion]
) -> None:
    """One address has one pseudonym, in capitals or not; another installation gives another."""
    first, again = make_pseudonym(union.app()), make_pseudonym(union.app())
    other = make_pseudonym(make_union("other").app())

    assert first("Arne@proeve.example") == again("arne@PROEVE.example ")
    assert 3 == len({first("a@b.example"), first("b@b.example"), other("a@b.example")})
    key = union.folder / "store" / "pseudonym.key"
    assert 0o600 == key.stat().st_mode & 0o777
    assert [key] == [path for path in key.parent.iterdir() if "pseudonym" in path.name]


def test_spoilt_key_is_named(union: SmallUnion) -> None:
    """With half a key no pseudonym is given: it would be another one than before."""
    app = union.app()
    make_pseudonym(app)
    (union.folder / "store" / "pseudonym.key").write_text("abc")

    with pytest.raises(RunError, match=r"pseudonym\.key is not as it was made"):
        make_pseudonym(app)


def test_delivery_without_its_address_is_not_sent(old: Application) -> None:
    """Once the address is gone, sending again fails with a sentence, and no transport sees a pseudonym."""
    carry_out_purge(old, who="kari")
    [run] = old.ledger.runs()
    composer = Composer(ledger=old.ledger, store=old.store, branch_names={})
    sent = [one for one in old.ledger.deliveries(run.run_id) if one.address]

    for one in sent:
        with pytest.raises(RunError, match="its recipient was erased, or its address is no longer kept"):
            composer.compose(one, run)
