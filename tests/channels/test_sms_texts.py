"""One segment out of many parts and many texts; how many a person may get."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms import (
    Full,
    Parts,
    SmsLimits,
    TooLongForSmsError,
    UnusableNumberError,
    Waiting,
    bundles,
    e164,
    fits,
    full,
    join,
    measure,
    room_at,
    shorten,
)
from channels.sms.limits import day_began_at, month_began_at

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
LINK = "https://r.example/a/9f3a3"
PARTS = Parts(
    label="MEMB CRIT",
    place="Alta",
    what="12 more leavers than expected",
    comparison="(24 vs 12)",
    since="since May",
    drivers="Alta sykehus +7",
    reply="Reply 1=ack",
    link=LINK,
)


class TestShorten:
    def test_all_parts_where_there_is_room(self) -> None:
        """The whole alert, in its order."""
        text = (
            "MEMB CRIT Alta: 12 more leavers than expected (24 vs 12), since May. Alta sykehus +7. Reply 1=ack. "
            "https://r.example/a/9f3a3"
        )
        assert text == shorten(PARTS)

    @pytest.mark.parametrize(
        ("length", "gone", "kept"),
        [
            (70, ["sykehus"], ["(24 vs 12)", "since May", "1=ack"]),
            (85, ["sykehus", "(24 vs 12)"], ["since May", "1=ack"]),
            (100, ["sykehus", "(24 vs 12)", "1=ack"], ["since May"]),
            (110, ["sykehus", "(24 vs 12)", "1=ack", "since May"], []),
            (300, ["sykehus", "(24 vs 12)", "1=ack", "since May"], ["x..."]),
        ],
    )
    def test_parts_go_in_order(self, length: int, gone: list[str], kept: list[str]) -> None:
        """Drivers first, then the comparison, the reply and since when; at last what happened is cut."""
        text = shorten(replace(PARTS, what="x" * length))
        assert all(part not in text for part in gone)
        assert all(part in text for part in kept)

    @given(place=st.text(st.characters(categories=["L", "N", "Zs"]), max_size=60), what=st.text(max_size=400))
    def test_place_and_link_always_stay(self, place: str, what: str) -> None:
        """Whatever happened where: one segment, with the place and the link, or an error."""
        try:
            text = shorten(Parts(label="MEMB", place="Alta" + place, what=what, link=LINK))
        except TooLongForSmsError:
            assert not fits(f"MEMB Alta{place}: ... {LINK}")
            return
        assert 1 == measure(text).segments
        assert "Alta" in text
        assert text.endswith(LINK)

    def test_name_that_leaves_no_room_is_an_error(self) -> None:
        """A place of 200 letters is not cut: two branches might then look alike."""
        with pytest.raises(TooLongForSmsError, match="Shorten the name"):
            shorten(Parts(label="", place="x" * 200, what="", link=LINK))


class TestBundles:
    def _waiting(self, *at: float, number: str = "+4791234567") -> list[Waiting]:
        return [
            Waiting(key=f"{number} {seconds}", number=number, text="text", at=NOW + timedelta(seconds=seconds))
            for seconds in at
        ]

    def test_texts_of_two_minutes_go_together(self) -> None:
        """The window begins with the first text of a group, not with each."""
        groups = bundles(self._waiting(0, 100, 120, 121, 240))
        assert [3, 2] == [len(group) for group in groups]

    def test_each_number_has_its_own(self) -> None:
        """Texts for two people never share a message."""
        groups = bundles([*self._waiting(0, 1), *self._waiting(0, 1, number="+4798765432")])
        assert [2, 2] == [len(group) for group in groups]
        assert all(1 == len({each.number for each in group}) for group in groups)

    @given(st.lists(st.tuples(st.sampled_from(["+471", "+472"]), st.integers(0, 2000)), max_size=30))
    def test_nothing_is_lost(self, texts: list[tuple[str, int]]) -> None:
        """Every text is in one group, and no group is longer than the window."""
        waiting = [
            Waiting(key=str(index), number=number, text="", at=NOW + timedelta(seconds=seconds))
            for index, (number, seconds) in enumerate(texts)
        ]
        groups = bundles(waiting)
        assert sorted(each.key for each in waiting) == sorted(each.key for group in groups for each in group)
        assert all(group[-1].at - group[0].at <= timedelta(minutes=2) for group in groups)


class TestJoin:
    def test_texts_that_fit_are_all_said(self) -> None:
        """Two short texts stand in one message, one on each line."""
        assert "Alta: 12 more\nBodø: 9 more" == join(["Alta: 12 more", "Bodø: 9 more"], link=LINK, language="en")

    @pytest.mark.parametrize(("language", "more"), [("nb", "+2 til"), ("da", "+2 flere"), ("en", "+2 more")])
    def test_others_are_counted(self, language: str, more: str) -> None:
        """What does not fit is counted beside the link, in the reader's language."""
        assert f"{'a' * 100}\n{more}: {LINK}" == join(["a" * 100, "b" * 100, "c" * 100], link=LINK, language=language)

    def test_number_alone_where_not_even_one_fits(self) -> None:
        """Long texts leave the number and the link."""
        assert f"+2 more: {LINK}" == join(["a" * 155, "b" * 155], link=LINK, language="en")

    def test_first_text_stays_where_it_leads_to_the_others(self) -> None:
        """Without a link of its own the number stands behind the first text, or nothing is joined."""
        assert f"{'a' * 100}\n+1 more" == join(["a" * 100, "b" * 100], language="en")
        with pytest.raises(TooLongForSmsError):
            join(["a" * 155, "b" * 155], language="en")

    def test_link_that_is_too_long_is_an_error(self) -> None:
        """Nothing is sent that leads nowhere."""
        with pytest.raises(TooLongForSmsError):
            join(["a" * 155, "b" * 155], link="https://r.example/" + "x" * 200, language="en")


class TestLimits:
    @pytest.mark.parametrize(
        ("today", "month", "limit"),
        [(0, 0, None), (4, 99, None), (5, 0, Full.day), (6, 99, Full.day), (0, 100, Full.month), (5, 100, Full.month)],
    )
    def test_limit_is_reached(self, today: int, month: int, limit: Full | None) -> None:
        """The fifth message of a day and the hundredth of a month are the last."""
        limits = SmsLimits(per_person_a_day=5, a_month=100)
        assert limit == full(limits, to_person_today=today, this_month=month)

    def test_without_limits_all_may_go(self) -> None:
        """None is no limit."""
        assert full(SmsLimits(per_person_a_day=None), to_person_today=10_000, this_month=10_000) is None

    @pytest.mark.parametrize(
        ("now", "limit", "room"),
        [
            (datetime(2026, 6, 1, 5, tzinfo=UTC), Full.day, datetime(2026, 6, 1, 22, tzinfo=UTC)),
            (datetime(2026, 5, 31, 23, tzinfo=UTC), Full.day, datetime(2026, 6, 1, 22, tzinfo=UTC)),
            (datetime(2026, 3, 28, 23, tzinfo=UTC), Full.day, datetime(2026, 3, 29, 22, tzinfo=UTC)),
            (datetime(2028, 2, 28, 12, tzinfo=UTC), Full.day, datetime(2028, 2, 28, 23, tzinfo=UTC)),
            (datetime(2028, 2, 29, 12, tzinfo=UTC), Full.month, datetime(2028, 2, 29, 23, tzinfo=UTC)),
            (datetime(2026, 12, 31, 12, tzinfo=UTC), Full.month, datetime(2026, 12, 31, 23, tzinfo=UTC)),
            (datetime(2026, 1, 31, 12, tzinfo=UTC), Full.month, datetime(2026, 1, 31, 23, tzinfo=UTC)),
        ],
    )
    def test_room_comes_at_local_midnight(self, now: datetime, limit: Full, room: datetime) -> None:
        """Days and months are the reader's, over the change of clocks and leap days too."""
        assert room == room_at(limit, now=now, zone=OSLO)
        assert room > now
        assert room in (day_began_at(room, zone=OSLO), month_began_at(room, zone=OSLO))

    def test_counting_begins_at_local_midnight(self) -> None:
        """Half past midnight in Oslo is a new day and a new month, though not in UTC."""
        now = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
        began_at = datetime(2026, 5, 31, 22, tzinfo=UTC)
        assert (began_at, began_at) == (day_began_at(now, zone=OSLO), month_began_at(now, zone=OSLO))


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("+47 912 34 567", "+4791234567"),
            ("+47\N{NO-BREAK SPACE}912\N{NO-BREAK SPACE}34\N{NO-BREAK SPACE}567", "+4791234567"),
            ("0047 91234567", "+4791234567"),
            ("912 34 567", "+4791234567"),
            (" +45 20 12 34 56 ", "+4520123456"),
            ("+447700900123", "+447700900123"),
        ],
    )
    def test_number_has_one_form(self, text: str, number: str) -> None:
        """However a number is written, it is the same number."""
        assert number == e164(text, default_region="NO")

    @pytest.mark.parametrize("text", ["", "12", "kari@union.example", "+47", "+999 123", "912 34 567 89 01 23"])
    def test_what_is_no_number_is_an_error(self, text: str) -> None:
        """An address, a stump and too many digits are no number, and are not in the error."""
        with pytest.raises(UnusableNumberError) as caught:
            e164(text, default_region="NO")
        assert not text or text not in str(caught.value)

    def test_number_without_a_country_is_an_error_where_none_is_set(self) -> None:
        """Nobody guesses a country."""
        with pytest.raises(UnusableNumberError, match="lacks its country"):
            e164("912 34 567")
