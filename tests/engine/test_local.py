"""The local engine: every item once, workers that come and go, and what happens when one dies."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engine_tasks as tasks
import pytest

from distributor.engine import Crew, Lost, WorkerError, begun_early, run_local
from distributor.engine.pool import Work, run_spawned

ITEMS = list(range(50))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[Any]]:
    """Runs a task over items on two workers and returns the results."""

    def do(task: Callable[[int], Any], items: list[int] = ITEMS, **options: Any) -> list[Any]:
        setup = options.pop("setup", tasks.set_up)
        stem = options.pop("stem", None)
        crew = Crew(**{"workers": 2, "shard_size": 4, **options})
        results = run_local(
            items, task=task, finish=tasks.finish, setup=setup, arguments=(str(tmp_path),), crew=crew, stem=stem
        )
        return list(results)

    return do


def test_every_item_is_done_once_in_workers_forked_from_one_set_up(
    run: Callable[..., list[Any]], tmp_path: Path
) -> None:
    """All results come, each once, from other processes than this one and than the one that was set up."""
    results = run(tasks.double)

    assert [item * 2 for item in ITEMS] == sorted(value for value, _ in results)
    pids = {pid for _, pid in results}
    (stem,) = (int(pid) for pid in (tmp_path / "setups").read_text().split())
    assert not {os.getpid(), stem} & pids


def work_on(task: Callable[[int], Any]) -> Work[int, Any]:
    shards = tuple(ITEMS[start : start + 4] for start in range(0, len(ITEMS), 4))
    return Work(shards=shards, task=task, finish=tasks.finish, workers=2, generation=100)


def test_every_item_is_done_once_in_spawned_workers_set_up_once(tmp_path: Path) -> None:
    """Where processes cannot be forked, each that is spawned is set up once, and all results come."""
    results = list(run_spawned(work_on(tasks.double), tasks.set_up, (str(tmp_path),)))

    assert [item * 2 for item in ITEMS] == sorted(value for value, _ in results)
    pids = {pid for _, pid in results}
    set_up = Counter((tmp_path / "setups").read_text().split())
    assert os.getpid() not in pids
    assert pids <= {int(pid) for pid in set_up}
    assert {1} == set(set_up.values())


def test_spawned_worker_that_dies_takes_only_the_item_that_killed_it(tmp_path: Path) -> None:
    """A spawned pool goes on like a forked one."""
    results = list(run_spawned(work_on(tasks.die_of_13), tasks.set_up, (str(tmp_path),)))

    assert [Lost(item=13)] == [one for one in results if isinstance(one, Lost)]
    assert [item for item in ITEMS if item != 13] == sorted(one for one in results if not isinstance(one, Lost))


def test_death_of_the_stem_is_told(run: Callable[..., list[Any]]) -> None:
    """Without the process that forks workers nothing comes any more: the run ends with a sentence."""
    with pytest.raises(WorkerError, match="process from which the workers are forked died"):
        run(tasks.kill_parent_of_13)

    assert [] == multiprocessing.active_children()


def test_workers_are_replaced_after_their_items(run: Callable[..., list[Any]]) -> None:
    """With 10 items a worker, two workers are replaced after every 20 items: 50 items take three generations."""
    results = run(tasks.double, items_per_worker=10, shard_size=2)

    assert [item * 2 for item in ITEMS] == sorted(value for value, _ in results)
    by_pid = Counter(pid for _, pid in results)
    assert 3 <= len(by_pid)
    assert 20 >= max(by_pid.values())


@pytest.mark.parametrize(("items", "workers", "few"), [([1, 2, 3], 2, 0), (ITEMS, 1, 0), (ITEMS, 2, len(ITEMS))])
def test_few_items_or_one_worker_stay_in_this_process(
    items: list[int], workers: int, few: int, run: Callable[..., list[Any]]
) -> None:
    """Work that would not repay a new process is done here."""
    results = run(tasks.double, items, workers=workers, few=few)

    assert [(item * 2, os.getpid()) for item in items] == results


def test_no_items_need_no_set_up(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """A run with nothing left to do does not even load its figures."""
    assert [] == run(tasks.double, [])
    assert not (tmp_path / "setups").exists()


def test_item_that_kills_its_worker_is_lost_alone(run: Callable[..., list[Any]]) -> None:
    """A worker killed by the system costs only the item that it dies of, every time."""
    results = run(tasks.die_of_13)

    assert [Lost(item=13)] == [one for one in results if isinstance(one, Lost)]
    assert [item for item in ITEMS if item != 13] == sorted(one for one in results if not isinstance(one, Lost))


def test_two_deadly_items_are_lost_by_name(run: Callable[..., list[Any]]) -> None:
    """Several items that kill their workers, far apart, are each found; all others are done."""
    results = run(tasks.die_of_3_and_37)

    assert [3, 37] == sorted(one.item for one in results if isinstance(one, Lost))
    assert len(ITEMS) == len(results)
    assert set(ITEMS) - {3, 37} == {one for one in results if not isinstance(one, Lost)}


def test_death_by_chance_loses_nothing(run: Callable[..., list[Any]]) -> None:
    """An item whose worker died once is tried again, and done."""
    assert ITEMS == sorted(run(tasks.die_once_of_13))


def test_error_of_a_task_ends_the_run_at_once(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """What a task raises comes up as it is, and the shards that wait are left."""
    with pytest.raises(ValueError, match="item 5 is odd"):
        run(tasks.fail_at_5, list(range(2_000)))

    done = {int(item) for item in (tmp_path / "done").read_text().split()}
    assert len(done) < 1_000


def test_error_that_pickle_cannot_make_again_still_tells_its_text(run: Callable[..., list[Any]]) -> None:
    """An error with a constructor of its own does not look like a dead worker."""
    with pytest.raises(WorkerError, match="TwoPartError: item "):
        run(tasks.fail_with_two_parts)


def test_error_of_the_set_up_ends_the_run(run: Callable[..., list[Any]]) -> None:
    """Workers that cannot be set up say why, instead of dying one after the other."""
    with pytest.raises(WorkerError, match="TwoPartError: no figures in the folder"):
        run(tasks.double, setup=tasks.fail_to_set_up)


@pytest.mark.parametrize("workers", [1, 2])
def test_shard_is_finished_where_it_was_done(run: Callable[..., list[Any]], tmp_path: Path, workers: int) -> None:
    """What was done of a shard is finished in the process that did it, also when an item of it ends the run."""
    with pytest.raises(ValueError, match="unlucky"):
        run(tasks.note, list(range(8, 40)), workers=workers, few=0, shard_size=4 if workers == 2 else 32)

    finished = (tmp_path / "finished").read_text().splitlines()
    done = [int(item) for line in finished for item in line.strip("[]").split(",")]
    noted = [int(item) for item in (tmp_path / "noted").read_text().split()]
    assert 12 in done  # in one shard with 13
    assert sorted(noted) == sorted(done)


def test_reader_who_stops_stops_the_workers(tmp_path: Path) -> None:
    """Closing the results leaves what was not begun, and no process behind."""
    results = run_local(
        list(range(400)),
        task=tasks.note_and_wait,
        finish=tasks.finish,
        setup=tasks.set_up,
        arguments=(str(tmp_path),),
        crew=Crew(workers=2, shard_size=4),
    )
    next(results)

    results.close()  # type: ignore[attr-defined]

    done = (tmp_path / "done").read_text().split()
    assert 4 <= len(done) < 30
    assert [] == multiprocessing.active_children()


def test_workers_are_forked_from_a_process_begun_before_the_work_was_known(
    run: Callable[..., list[Any]], tmp_path: Path
) -> None:
    """What was prepared early is there when the work comes, and the one process is prepared and set up."""
    with begun_early(Crew(workers=2, shard_size=4), len(ITEMS), tasks.prepare) as stem:
        results = run(tasks.prepared_in, stem=stem)

    assert {int((tmp_path / "setups").read_text())} == set(results)
    assert len(ITEMS) == len(results)
    assert [] == multiprocessing.active_children()


def test_process_begun_early_ends_when_there_is_nothing_to_do() -> None:
    """A block that ends before there is work, well or with an error, leaves no process behind."""
    with begun_early(Crew(workers=2), 500, tasks.prepare) as stem:
        assert stem is not None
    with pytest.raises(ZeroDivisionError), begun_early(Crew(workers=2), 500, tasks.prepare):
        _ = 1 / 0

    assert [] == multiprocessing.active_children()


@pytest.mark.parametrize(("workers", "items"), [(1, 500), (2, 3)])
def test_nothing_is_begun_early_for_one_process(workers: int, items: int) -> None:
    """Few items, or one worker, are done in this process; nothing is started for them."""
    with begun_early(Crew(workers=workers), items, tasks.prepare) as stem:
        assert stem is None
        assert [] == multiprocessing.active_children()


def test_fault_of_the_early_preparation_is_told(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """What goes wrong early is raised by the first task, and nothing is set up after it."""
    with (
        begun_early(Crew(workers=2, shard_size=4), len(ITEMS), tasks.fail_to_prepare) as stem,
        pytest.raises(ValueError, match="no libraries"),
    ):
        run(tasks.double, stem=stem)

    assert not (tmp_path / "setups").exists()
