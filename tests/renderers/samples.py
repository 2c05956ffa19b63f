"""Realistic packs, as the application would hand them to a renderer.

large_nb, large_da, large_en   a big local branch with every kind of section
small_da                       seven members: suppressed and withheld figures, absent targets
empty_nb                       a closed-down branch: every section has only its sentence
regional_nb                    a region over 25 branches: long tables
awkward_en                     very long names, markup in names, a notice
"""

from random import Random

from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import INTEGER, PERCENT, TEXT, Cell, Mark, ValueFormat, ValueKind
from renderers.language import Formatter, formatter
from renderers.pack import About, Definition, Pack
from renderers.sections import (
    ChartSection,
    Column,
    Comparison,
    Direction,
    Section,
    Source,
    TableSection,
    TextSection,
    Tile,
    TilesSection,
    Verdict,
)

MONEY = ValueFormat(kind=ValueKind.money, unit="NOK")
POINTS = ValueFormat(kind=ValueKind.decimal, decimals=1)

# Index 0 nb, 1 da, 2 en.
_WORDS: dict[str, tuple[str, str, str]] = {
    "organisation": ("Fellesforbundet for helse", "Fællesforbundet for sundhed", "The United Health Union"),
    "title": ("Medlemstall, {}, {}", "Medlemstal, {}, {}", "Members, {}, {}"),
    "period": ("mai 2026", "maj 2026", "May 2026"),
    "members": ("Medlemmer", "Medlemmer", "Members"),
    "joiners": ("Innmeldte", "Indmeldte", "Joiners"),
    "leavers": ("Utmeldte", "Udmeldte", "Leavers"),
    "churn": ("Frafall", "Frafald", "Churn"),
    "coverage": ("Arbeidsplasser med tillitsvalgt", "Arbejdspladser med tillidsrepræsentant", "Workplaces with a rep"),
    "paid": ("Betalt kontingent", "Betalt kontingent", "Fees paid"),
    "last_year": ("I fjor", "Sidste år", "Last year"),
    "target": ("Mål", "Mål", "Target"),
    "organisation_short": ("Hele forbundet", "Hele forbundet", "Whole union"),
    "more": ("{} flere enn i fjor ({})", "{} flere end sidste år ({})", "{} more than last year ({})"),
    "fewer": ("{} færre enn i fjor ({})", "{} færre end sidste år ({})", "{} fewer than last year ({})"),
    "above": ("{} over målet på {}", "{} over målet på {}", "{} above the target of {}"),
    "below": ("{} under målet på {}", "{} under målet på {}", "{} below the target of {}"),
    "higher_points": (
        "{} prosentpoeng høyere enn i fjor",
        "{} procentpoint højere end sidste år",
        "{} percentage points higher than last year",
    ),
    "lower_org": (
        "{} prosentpoeng lavere enn hele forbundet",
        "{} procentpoint lavere end hele forbundet",
        "{} percentage points lower than the whole union",
    ),
    "unchanged": ("Som i fjor", "Som sidste år", "Same as last year"),
    "no_target": ("Mål er ikke satt", "Der er ikke sat et mål", "No target has been set"),
    "hidden": (
        "Endringen vises ikke, fordi tallene er små",
        "Ændringen vises ikke, fordi tallene er små",
        "The change is not shown because the figures are small",
    ),
    "window": ("siste 12 måneder", "seneste 12 måneder", "last 12 months"),
    "key_figures": ("Nøkkeltall", "Nøgletal", "Key figures"),
    "summary": ("Kort oppsummert", "Kort fortalt", "In short"),
    "joiners_year": ("Innmeldte hittil i år", "Indmeldte i år til dato", "Joiners so far this year"),
    "month": ("Måned", "Måned", "Month"),
    "by_age": ("Frafall etter alder", "Frafald efter alder", "Churn by age"),
    "age": ("Alder", "Alder", "Age"),
    "reasons": ("Hvorfor medlemmer går", "Hvorfor medlemmer melder sig ud", "Why members leave"),
    "reason": ("Årsak", "Årsag", "Reason"),
    "by_sector": ("Medlemmer etter sektor", "Medlemmer efter sektor", "Members by sector"),
    "sector": ("Sektor", "Sektor", "Sector"),
    "joined_map": ("Innmeldte etter måned og alder", "Indmeldte efter måned og alder", "Joiners by month and age"),
    "top": ("De største arbeidsplassene", "De største arbejdspladser", "The largest workplaces"),
    "workplace": ("Arbeidsplass", "Arbejdsplads", "Workplace"),
    "branch": ("Lokallag", "Lokalafdeling", "Branch"),
    "branches": ("Lokallagene i regionen", "Lokalafdelingerne i regionen", "The branches of the region"),
    "change": ("Endring", "Ændring", "Change"),
    "without_rep": (
        "Arbeidsplasser uten tillitsvalgt",
        "Arbejdspladser uden tillidsrepræsentant",
        "Workplaces without a rep",
    ),
    "since": ("Uten siden", "Uden siden", "Since"),
    "total": ("I alt", "I alt", "Total"),
    "and_more": ("{} flere er utelatt.", "{} flere er udeladt.", "{} more are left out."),
    "few_note": (
        "Tall under 5 vises som <5. «Skjult» betyr at tallet er utelatt for at et annet ikke skal kunne regnes ut.",
        "Tal under 5 vises som <5. »Skjult« betyder, at tallet er udeladt, så et andet ikke kan regnes ud.",
        "Figures under 5 are shown as <5. “Withheld” means left out so that another figure cannot be worked out.",
    ),
    "churn_note": (
        "Utmeldte per 100 medlemsår. Merket viser hele forbundet.",
        "Udmeldte pr. 100 medlemsår. Mærket viser hele forbundet.",
        "Leavers per 100 member years. The mark shows the whole union.",
    ),
    "empty_chart": (
        "Ingen innmeldte i perioden, så det er ikke noe å vise her.",
        "Der er ingen indmeldte i perioden, så der er ikke noget at vise her.",
        "Nobody joined in this period, so there is nothing to show here.",
    ),
    "empty_table": (
        "Lokallaget har ingen arbeidsplasser i denne perioden.",
        "Afdelingen har ingen arbejdspladser i denne periode.",
        "The branch has no workplaces in this period.",
    ),
    "provisional": (
        "Tallene er foreløpige: betalinger etter 28. mai er ikke med.",
        "Tallene er foreløbige: betalinger efter 28. maj er ikke med.",
        "The figures are provisional: payments after 28 May are not included.",
    ),
    "source": (
        "Medlemskap: {} rader, lest 1. juni 2026 kl. 06.00",
        "Medlemskaber: {} rækker, læst 1. juni 2026 kl. 06.00",
        "Memberships: {} rows, read on 1 June 2026 at 06:00",
    ),
    "source_places": (
        "Arbeidsplasser: {} rader, lest 1. juni 2026 kl. 06.00",
        "Arbejdspladser: {} rækker, læst 1. juni 2026 kl. 06.00",
        "Workplaces: {} rows, read on 1 June 2026 at 06:00",
    ),
    "about_period": ("1.–31. mai 2026", "1.–31. maj 2026", "1–31 May 2026"),
    "def_members": (
        "Medlemmer som er innmeldt og ikke utmeldt på periodens siste dag.",
        "Medlemmer, der er indmeldt og ikke udmeldt på periodens sidste dag.",
        "People who have joined and not left on the last day of the period.",
    ),
    "def_joiners": (
        "Nye medlemskap i perioden. Overføringer fra andre lokallag teller ikke.",
        "Nye medlemskaber i perioden. Overflytninger fra andre afdelinger tæller ikke med.",
        "New memberships in the period. Transfers from other branches do not count.",
    ),
    "def_leavers": (
        "Medlemskap som ble avsluttet i perioden, uten overføringer.",
        "Medlemskaber, der ophørte i perioden, uden overflytninger.",
        "Memberships that ended in the period, transfers excluded.",
    ),
    "def_churn": (
        "Utmeldte delt på medlemsår de siste 12 månedene.",
        "Udmeldte divideret med medlemsår de seneste 12 måneder.",
        "Leavers divided by member years over the last 12 months.",
    ),
    "def_coverage": (
        "Arbeidsplasser med minst én tillitsvalgt, delt på alle arbeidsplasser.",
        "Arbejdspladser med mindst én tillidsrepræsentant, divideret med alle arbejdspladser.",
        "Workplaces with at least one rep, divided by all workplaces.",
    ),
}
_MONTHS = (
    ("jan", "feb", "mars", "apr", "mai", "juni", "juli", "aug", "sep", "okt", "nov", "des"),
    ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_REASONS = (
    ("Ny jobb i annen bransje", "Pensjonist", "Økonomi", "Misnøye", "Ikke oppgitt"),
    ("Nyt job i en anden branche", "Pensioneret", "Økonomi", "Utilfredshed", "Ikke oplyst"),
    ("New job elsewhere", "Retired", "Money", "Dissatisfied", "Not stated"),
)
_SECTORS = (("Kommune", "Sykehus", "Privat"), ("Kommune", "Sygehus", "Privat"), ("Municipal", "Hospital", "Private"))
_AGES = ("16–25", "26–35", "36–45", "46–55", "56–67", "68+")
_PLACES = (
    "Ullevål sykehus", "Rikshospitalet", "Aker sykehus", "Diakonhjemmet", "Lovisenberg", "Oslo legevakt",
    "Hjemmetjenesten bydel Grünerløkka", "Cathinka Guldbergs senter", "Sørenga bo- og omsorgssenter",
    "Lilleborg helsehus",
)  # fmt: skip
_BRANCHES = (
    "Alta", "Berlevåg", "Båtsfjord", "Gamvik", "Hammerfest", "Hasvik", "Karasjok – Kárášjohka",
    "Kautokeino – Guovdageaidnu", "Lebesby", "Loppa", "Måsøy", "Nesseby – Unjárga", "Nordkapp", "Porsanger",
    "Sør-Varanger", "Tana – Deatnu", "Vadsø", "Vardø", "Balsfjord", "Bardu", "Dyrøy", "Gratangen", "Harstad",
    "Tromsø", "Storfjord – Omasvuotna",
)  # fmt: skip


class Writer:
    """Words, cells and comparisons in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.index = ("nb", "da", "en").index(language)
        self.words: Formatter = formatter(language)

    def say(self, key: str, *values: object) -> str:
        return _WORDS[key][self.index].format(*values)

    def cell(self, value: int | float | str | None, how: ValueFormat = INTEGER) -> Cell:
        return self.words.cell(value, how)

    def text(self, value: int | float, how: ValueFormat = INTEGER) -> str:
        return self.words.value(value, how)

    def few(self) -> Cell:
        return self.words.suppressed(Mark.few, min_cell=5)

    def hidden(self) -> Cell:
        return self.words.suppressed(Mark.hidden, min_cell=5)

    def against_last_year(self, value: int, base: int, *, better: Direction) -> Comparison:
        direction = Direction.up if value > base else Direction.down if value < base else Direction.flat
        share = self.words.signed((value - base) / base, PERCENT)
        sentence = (
            self.say("unchanged")
            if value == base
            else self.say("more" if value > base else "fewer", self.text(abs(value - base)), share)
        )
        return Comparison(
            label=self.say("last_year"), base=self.cell(base), sentence=sentence, direction=direction,
            verdict=_verdict(direction, better),
        )  # fmt: skip

    def against_target(self, value: int, target: int) -> Comparison:
        direction = Direction.up if value >= target else Direction.down
        sentence = self.say("above" if value >= target else "below", self.text(abs(value - target)), self.text(target))
        return Comparison(
            label=self.say("target"), base=self.cell(target), sentence=sentence, direction=direction,
            verdict=_verdict(direction, Direction.up),
        )  # fmt: skip


def _verdict(direction: Direction, better: Direction) -> Verdict:
    if direction is Direction.flat:
        return Verdict.neutral
    return Verdict.good if direction is better else Verdict.bad


def sample_packs() -> dict[str, Pack]:
    """Return all sample packs by name."""
    return {
        "large_nb": large_pack("nb"),
        "large_da": large_pack("da"),
        "large_en": large_pack("en"),
        "small_da": small_pack("da"),
        "empty_nb": empty_pack("nb"),
        "regional_nb": regional_pack("nb"),
        "awkward_en": awkward_pack("en"),
    }


def large_pack(language: str) -> Pack:
    """Return the pack of a big local branch, with every kind of section."""
    writer = Writer(language)
    paragraphs = (
        (
            "Oslo har 1 284 medlemmer ved utgangen av mai 2026. Det er 39 flere enn i fjor (+3,1 %).",
            "Frafallet er lavest blant medlemmer over 45 år. 17 av 61 arbeidsplasser mangler tillitsvalgt.",
        ),
        (
            "Oslo har 1.284 medlemmer ved udgangen af maj 2026. Det er 39 flere end sidste år (+3,1 %).",
            "Frafaldet er lavest blandt medlemmer over 45 år. 17 af 61 arbejdspladser mangler en tillidsrepræsentant.",
        ),
        (
            "Oslo has 1,284 members at the end of May 2026. That is 39 more than last year (+3.1%).",
            "Churn is lowest among members over 45. 17 of 61 workplaces have no rep.",
        ),
    )[writer.index]
    sections: tuple[Section, ...] = (
        TextSection(key="summary", heading=writer.say("summary"), paragraphs=paragraphs),
        _tiles(writer),
        _joiners_line(writer),
        _churn_bars(writer),
        _reason_bars(writer),
        _sector_stack(writer),
        _heat_map(writer),
        _workplaces(writer, _PLACES),
        _without_rep(writer),
    )
    return _pack(writer, "0301", "Oslo", sections)


def small_pack(language: str) -> Pack:
    """Return the pack of a branch with seven members: most figures are suppressed."""
    writer = Writer(language)
    unknown = Comparison(
        label=writer.say("last_year"), base=writer.few(), sentence=writer.say("hidden"), direction=None,
        verdict=Verdict.neutral,
    )  # fmt: skip
    no_target = Comparison(
        label=writer.say("target"), base=writer.cell(None), sentence=writer.say("no_target"), direction=None,
        verdict=Verdict.neutral,
    )  # fmt: skip
    tiles = (
        Tile(
            label=writer.say("members"), value=writer.cell(7), value_format=INTEGER,
            comparisons=(writer.against_last_year(7, 7, better=Direction.up), no_target),
        ),
        Tile(label=writer.say("joiners"), value=writer.few(), value_format=INTEGER, comparisons=(unknown,)),
        Tile(label=writer.say("leavers"), value=writer.hidden(), value_format=INTEGER, comparisons=(unknown,)),
        Tile(
            label=writer.say("churn"), value=writer.cell(None, PERCENT), value_format=PERCENT, comparisons=(),
            note=writer.say("window"),
        ),
    )  # fmt: skip
    few, hidden = writer.few().text, writer.hidden().text
    chart = ChartSpec(
        form=ChartForm.bars, title=writer.say("joiners_year"), categories=_MONTHS[writer.index][:5],
        series=(
            Series(
                name="2026", role=SeriesRole.current,
                values=(None, 0, None, 0, None), texts=(few, "0", few, "0", hidden),
            ),
            Series(name="2025", role=SeriesRole.last_year, values=(0, 0, 5, 0, None), texts=("0", "0", "5", "0", few)),
        ),
        language=language, value_label=writer.say("joiners"), category_label=writer.say("month"),
    )  # fmt: skip
    table = TableSection(
        key="workplaces", heading=writer.say("top"),
        columns=(
            Column(label=writer.say("workplace"), value_format=TEXT),
            Column(label=writer.say("members"), value_format=INTEGER),
            Column(label=writer.say("joiners"), value_format=INTEGER),
        ),
        rows=(
            (writer.cell("Ærø Sundhedshus", TEXT), writer.cell(7), writer.few()),
            (writer.cell("Marstal Plejecenter", TEXT), writer.few(), writer.hidden()),
        ),
        total=(writer.cell(writer.say("total"), TEXT), writer.hidden(), writer.few()),
        note=writer.say("few_note"),
    )  # fmt: skip
    sections: tuple[Section, ...] = (
        TilesSection(key="tiles", heading=writer.say("key_figures"), tiles=tiles, note=writer.say("few_note")),
        ChartSection(key="joiners", heading=writer.say("joiners_year"), chart=chart, note=writer.say("few_note")),
        table,
    )
    return _pack(writer, "0492", "Ærø", sections)


def empty_pack(language: str) -> Pack:
    """Return the pack of a branch without members."""
    writer = Writer(language)
    tiles = tuple(
        Tile(label=writer.say(key), value=writer.cell(value, how), value_format=how, comparisons=())
        for key, value, how in (
            ("members", 0, INTEGER), ("joiners", 0, INTEGER), ("leavers", 0, INTEGER), ("churn", None, PERCENT),
        )
    )  # fmt: skip
    chart = ChartSpec(
        form=ChartForm.line, title=writer.say("joiners_year"), categories=(), series=(), language=language,
        value_label=writer.say("joiners"), category_label=writer.say("month"),
    )  # fmt: skip
    columns = (
        Column(label=writer.say("workplace"), value_format=TEXT),
        Column(label=writer.say("members"), value_format=INTEGER),
    )
    sections: tuple[Section, ...] = (
        TilesSection(key="tiles", heading=writer.say("key_figures"), tiles=tiles),
        ChartSection(key="joiners", heading=writer.say("joiners_year"), chart=chart, empty=writer.say("empty_chart")),
        TableSection(
            key="workplaces", heading=writer.say("top"), columns=columns, rows=(), empty=writer.say("empty_table")
        ),
    )
    return _pack(writer, "1151", "Utsira", sections)


def regional_pack(language: str) -> Pack:
    """Return the pack of a region with 25 branches: a long table with a total, and money."""
    writer = Writer(language)
    random = Random(7)
    rows = []
    members_sum = joiners_sum = leavers_sum = paid_sum = 0
    for name in sorted(_BRANCHES):
        members, joiners, leavers = random.randint(12, 2400), random.randint(5, 60), random.randint(5, 40)
        paid = members * 487
        members_sum, joiners_sum, leavers_sum = members_sum + members, joiners_sum + joiners, leavers_sum + leavers
        paid_sum += paid
        figures = (members, joiners, leavers)
        rows.append((writer.cell(name, TEXT), *(writer.cell(value) for value in figures), writer.cell(paid, MONEY)))
    columns = (
        Column(label=writer.say("branch"), value_format=TEXT),
        *(Column(label=writer.say(key), value_format=INTEGER) for key in ("members", "joiners", "leavers")),
        Column(label=writer.say("paid"), value_format=MONEY),
    )
    total = (
        writer.cell(writer.say("total"), TEXT),
        *(writer.cell(value) for value in (members_sum, joiners_sum, leavers_sum)),
        writer.cell(paid_sum, MONEY),
    )
    table = TableSection(
        key="branches", heading=writer.say("branches"), columns=columns, rows=tuple(rows), total=total,
        more=writer.say("and_more", 14),
    )  # fmt: skip
    sections: tuple[Section, ...] = (_tiles(writer), _joiners_line(writer), table, _churn_bars(writer))
    return _pack(writer, "R55", "Troms og Finnmark", sections)


def awkward_pack(language: str) -> Pack:
    """Return a pack whose names are long or look like markup, and that carries a notice."""
    writer = Writer(language)
    places = (
        "The Royal Borough Home for Convalescent Merchant Seamen, Lightermen & Watermen (North Quay Annexe)",
        "<b>Bold & Sons</b>",
        '"Quoted" O\'Neill <script>alert(1)</script>',
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch",
        '=HYPERLINK("http://evil.example")',
    )
    sections: tuple[Section, ...] = (
        _tiles(writer),
        _reason_bars(writer),
        _workplaces(writer, places),
    )
    name = "North <b>&</b> South-East Inner Harbour, Docklands and Estuary Care Workers’ Joint Branch"
    return _pack(
        writer, "x-77", name, sections, notices=(writer.say("provisional"), "Branch <merged> & renamed in March.")
    )


def _tiles(writer: Writer) -> TilesSection:
    churn = Comparison(
        label=writer.say("last_year"), base=writer.cell(0.079, PERCENT),
        sentence=writer.say("higher_points", writer.text(0.4, POINTS)), direction=Direction.up, verdict=Verdict.bad,
    )  # fmt: skip
    churn_all = Comparison(
        label=writer.say("organisation_short"), base=writer.cell(0.094, PERCENT),
        sentence=writer.say("lower_org", writer.text(1.1, POINTS)), direction=Direction.down, verdict=Verdict.good,
    )  # fmt: skip
    coverage = Comparison(
        label=writer.say("last_year"), base=writer.cell(44 / 61, PERCENT), sentence=writer.say("unchanged"),
        direction=Direction.flat, verdict=Verdict.neutral,
    )  # fmt: skip
    tiles = (
        Tile(
            label=writer.say("members"), value=writer.cell(1284), value_format=INTEGER,
            comparisons=(writer.against_last_year(1284, 1245, better=Direction.up), writer.against_target(1284, 1300)),
        ),
        Tile(
            label=writer.say("joiners"), value=writer.cell(38), value_format=INTEGER,
            comparisons=(writer.against_last_year(38, 31, better=Direction.up), writer.against_target(38, 30)),
        ),
        Tile(
            label=writer.say("leavers"), value=writer.cell(22), value_format=INTEGER,
            comparisons=(writer.against_last_year(22, 17, better=Direction.down),),
        ),
        Tile(
            label=writer.say("churn"), value=writer.cell(0.083, PERCENT), value_format=PERCENT,
            comparisons=(churn, churn_all), note=writer.say("window"),
        ),
        Tile(
            label=writer.say("coverage"), value=writer.cell(44 / 61, PERCENT), value_format=PERCENT,
            comparisons=(coverage,),
        ),
    )  # fmt: skip
    return TilesSection(key="tiles", heading=writer.say("key_figures"), tiles=tiles)


def _series(
    writer: Writer, name: str, role: SeriesRole, values: tuple[float | None, ...], how: ValueFormat = INTEGER
) -> Series:
    return Series(name=name, role=role, values=values, texts=tuple(writer.words.value(value, how) for value in values))


def _joiners_line(writer: Writer) -> ChartSection:
    chart = ChartSpec(
        form=ChartForm.line, title=writer.say("joiners_year"), categories=_MONTHS[writer.index],
        series=(
            _series(writer, "2026", SeriesRole.current, (41, 69, 102, 143, 181, *(None,) * 7)),
            _series(writer, "2025", SeriesRole.last_year, (33, 62, 90, 119, 150, 171, 180, 214, 262, 301, 332, 351)),
            _series(writer, "2024", SeriesRole.earlier, (28, 51, 85, 110, 139, 160, 171, 209, 240, 271, 296, 310)),
            _series(writer, writer.say("target"), SeriesRole.target, tuple(30 * month for month in range(1, 13))),
        ),
        language=writer.language, value_label=writer.say("joiners"), category_label=writer.say("month"),
    )  # fmt: skip
    return ChartSection(key="joiners_year", heading=writer.say("joiners_year"), chart=chart)


def _churn_bars(writer: Writer) -> ChartSection:
    chart = ChartSpec(
        form=ChartForm.bars, title=writer.say("by_age"), categories=_AGES,
        series=(
            _series(
                writer, writer.say("churn"), SeriesRole.current, (0.182, 0.121, 0.084, 0.041, 0.038, 0.22), PERCENT,
            ),
            _series(
                writer, writer.say("organisation_short"), SeriesRole.benchmark,
                (0.161, 0.117, 0.092, 0.06, 0.049, 0.203), PERCENT,
            ),
        ),
        language=writer.language, value_label=writer.say("churn"), category_label=writer.say("age"),
        value_format=PERCENT, horizontal=True,
    )  # fmt: skip
    return ChartSection(
        key="churn_age", heading=writer.say("by_age"), chart=chart, note=writer.say("churn_note"),
        sources=(Source(what="churn", branch_id="root", is_benchmark=True),),
    )  # fmt: skip


def _reason_bars(writer: Writer) -> ChartSection:
    chart = ChartSpec(
        form=ChartForm.bars, title=writer.say("reasons"), categories=_REASONS[writer.index],
        series=(
            _series(writer, "2026", SeriesRole.current, (9, 6, 5, 0, 2)),
            _series(writer, "2025", SeriesRole.last_year, (7, 5, 3, 1, 1)),
        ),
        language=writer.language, value_label=writer.say("leavers"), category_label=writer.say("reason"),
    )  # fmt: skip
    return ChartSection(key="reasons", heading=writer.say("reasons"), chart=chart)


def _sector_stack(writer: Writer) -> ChartSection:
    parts = ((402, 408, 411, 415, 420), (561, 566, 570, 581, 590), (262, 264, 268, 270, 274))
    chart = ChartSpec(
        form=ChartForm.stacked_bars, title=writer.say("by_sector"), categories=_MONTHS[writer.index][:5],
        series=tuple(
            _series(writer, name, SeriesRole.part, values)
            for name, values in zip(_SECTORS[writer.index], parts, strict=True)
        ),
        language=writer.language, value_label=writer.say("members"), category_label=writer.say("month"),
    )  # fmt: skip
    return ChartSection(key="sectors", heading=writer.say("by_sector"), chart=chart)


def _heat_map(writer: Writer) -> ChartSection:
    random = Random(3)
    chart = ChartSpec(
        form=ChartForm.heatmap, title=writer.say("joined_map"), categories=_MONTHS[writer.index],
        series=tuple(
            _series(writer, age, SeriesRole.part, tuple(random.randint(0, 14) for _ in range(12))) for age in _AGES
        ),
        language=writer.language, value_label=writer.say("joiners"), category_label=writer.say("month"),
    )  # fmt: skip
    return ChartSection(key="joined_map", heading=writer.say("joined_map"), chart=chart)


def _workplaces(writer: Writer, places: tuple[str, ...]) -> TableSection:
    rows = []
    for index, place in enumerate(places):
        members = 212 - 19 * index
        figures = (members, 9 - index if index < 4 else 0, index % 4)
        change = writer.words.signed(3 - index, INTEGER)
        rows.append(
            (
                writer.cell(place, TEXT),
                *(writer.cell(value) for value in figures),
                Cell(value=3 - index, text=change),
            )
        )
    columns = (
        Column(label=writer.say("workplace"), value_format=TEXT),
        *(Column(label=writer.say(key), value_format=INTEGER) for key in ("members", "joiners", "leavers", "change")),
    )
    total = (
        writer.cell(writer.say("total"), TEXT), writer.cell(1284), writer.cell(38), writer.cell(22),
        Cell(value=39, text="+39"),
    )  # fmt: skip
    return TableSection(
        key="workplaces", heading=writer.say("top"), columns=columns, rows=tuple(rows), total=total,
        more=writer.say("and_more", 51),
    )  # fmt: skip


def _without_rep(writer: Writer) -> TableSection:
    columns = (
        Column(label=writer.say("workplace"), value_format=TEXT),
        Column(label=writer.say("members"), value_format=INTEGER),
        Column(label=writer.say("since"), value_format=ValueFormat(kind=ValueKind.text)),
    )
    month = writer.say("period")
    rows = tuple(
        (writer.cell(place, TEXT), writer.cell(31 - 4 * index), writer.cell(month, TEXT))
        for index, place in enumerate(_PLACES[4:9])
    )
    return TableSection(
        key="without_rep",
        heading=writer.say("without_rep"),
        columns=columns,
        rows=rows,
        more=writer.say("and_more", 12),
    )


def _pack(
    writer: Writer, branch_id: str, branch_name: str, sections: tuple[Section, ...], notices: tuple[str, ...] = ()
) -> Pack:
    names = ("members", "joiners", "leavers", "churn", "coverage")
    period = writer.say("period")
    return Pack(
        report="monthly_branch_pack",
        organisation=writer.say("organisation"),
        branch_id=branch_id,
        branch_name=branch_name,
        title=writer.say("title", branch_name, period),
        period=period,
        language=writer.language,
        sections=sections,
        about=About(
            period=writer.say("about_period"),
            definitions=tuple(Definition(label=writer.say(name), text=writer.say(f"def_{name}")) for name in names),
            sources=(
                writer.say("source", writer.text(61234)),
                writer.say("source_places", writer.text(4210)),
            ),
            snapshot_id="20260601T060000-1f9ac2",
            run_id="monthly_branch_pack-2026-05-3f2a",
            owner="analyse@forbundet.example",
        ),
        notices=notices,
    )
