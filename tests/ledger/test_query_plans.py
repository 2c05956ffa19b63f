"""What is asked for each delivery reads an index from its front, however many deliveries there are."""

from collections.abc import Callable
from typing import Any

import pytest
from ledger_cases import NOW, claim, plan
from sqlalchemy import event

from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus
from distributor.ledger.sql import SqlLedger

RUN_ID = "letter-2026-05"
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
# A walk over the whole table, or over all rows that fit before the first is given.
SLOW = ("SCAN delivery\n", "SCAN delivery USING INDEX sqlite_autoindex", "Seq Scan on delivery", "Bitmap", "->  Sort ")


def first_plan(ledger: SqlLedger, ask: Callable[[SqlLedger], Any]) -> str:
    """Return how the database goes about the first query over deliveries that is asked."""
    engine = ledger.database.engine
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if "FROM delivery" not in statement or plans:
            return
        other = cursor.connection.cursor()
        rows = other.execute(EXPLAIN[engine.dialect.name] + statement, parameters).fetchall()
        plans.append("".join(f"{row[-1]}\n" for row in rows))
        other.close()

    event.listen(engine, "before_cursor_execute", explain)
    ask(ledger)
    event.remove(engine, "before_cursor_execute", explain)
    return plans[0]


def queue_many(ledger: SqlLedger) -> None:
    plan(ledger, 3_000)
    ledger.move(DeliveryFilter(), DeliveryStatus.queued, reason="", at=NOW, next_attempt_at=NOW)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda ledger: claim(ledger, limit=16), "ix_delivery_due"),
        (lambda ledger: claim(ledger, limit=16, run_id=RUN_ID), "ix_delivery_due_of_run"),
        (lambda ledger: ledger.next_due_at(("email",)), "ix_delivery_due"),
        (lambda ledger: ledger.next_due_at(("email",), RUN_ID), "ix_delivery_due_of_run"),
    ],
)
def test_query_reads_its_index_right_after_a_large_plan(
    sql_ledger: SqlLedger, ask: Callable[[SqlLedger], Any], index: str
) -> None:
    """Neither database sorts or walks through all deliveries, also before it has counted them.

    Which of the two indexes it reads in order, that of all runs or that of each, is its own choice.
    """
    queue_many(sql_ledger)

    found = first_plan(sql_ledger, ask)

    assert index.removesuffix("_of_run") in found
    assert not [sign for sign in SLOW if sign in found], found


def test_claims_are_found_by_their_index(sql_ledger: SqlLedger) -> None:
    """What is in hand is found among many that are not."""
    queue_many(sql_ledger)
    with sql_ledger.database.writing() as connection:
        connection.exec_driver_sql("ANALYZE delivery")  # PostgreSQL does so by itself within a minute

    assert "ix_delivery_claimed" in first_plan(sql_ledger, SqlLedger.in_hand)
