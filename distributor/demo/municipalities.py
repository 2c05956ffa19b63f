"""Eleven Norwegian counties and 240 of their municipalities, each county's from the most populous to the least."""

COUNTIES: dict[str, tuple[str, ...]] = {
    "Akershus": (
        "Bærum", "Asker", "Lillestrøm", "Nordre Follo", "Ullensaker", "Lørenskog", "Eidsvoll", "Nittedal", "Nes", "Ås",
        "Rælingen", "Nesodden", "Vestby", "Aurskog-Høland", "Frogn", "Nannestad", "Enebakk", "Lunner", "Gjerdrum",
        "Jevnaker",
    ),
    "Østfold": (
        "Fredrikstad", "Sarpsborg", "Moss", "Indre Østfold", "Halden", "Rakkestad", "Råde", "Våler", "Hvaler",
        "Skiptvet", "Marker", "Aremark",
    ),
    "Innlandet": (
        "Ringsaker", "Hamar", "Gjøvik", "Lillehammer", "Elverum", "Stange", "Kongsvinger", "Østre Toten", "Gran",
        "Vestre Toten", "Sør-Odal", "Løten", "Åsnes", "Nordre Land", "Trysil", "Nord-Aurdal", "Gausdal", "Eidskog",
        "Sel", "Nord-Fron", "Tynset", "Søndre Land", "Øyer", "Nord-Odal", "Grue", "Ringebu", "Åmot", "Vågå", "Dovre",
        "Lom",
    ),
    "Buskerud": (
        "Drammen", "Ringerike", "Kongsberg", "Lier", "Øvre Eiker", "Modum", "Hole", "Gol", "Ål", "Hol", "Sigdal",
        "Nesbyen", "Flesberg", "Hemsedal", "Krødsherad", "Rollag",
    ),
    "Telemark": (
        "Skien", "Porsgrunn", "Bamble", "Notodden", "Midt-Telemark", "Kragerø", "Nome", "Tinn", "Drangedal", "Vinje",
        "Seljord", "Kviteseid", "Siljan", "Tokke", "Hjartdal",
    ),
    "Agder": (
        "Kristiansand", "Arendal", "Grimstad", "Lindesnes", "Vennesla", "Lillesand", "Lyngdal", "Farsund",
        "Flekkefjord", "Risør", "Tvedestrand", "Froland", "Kvinesdal", "Birkenes", "Evje og Hornnes", "Gjerstad",
        "Vegårshei", "Åmli", "Sirdal", "Hægebostad", "Iveland",
    ),
    "Rogaland": (
        "Stavanger", "Sandnes", "Karmøy", "Haugesund", "Sola", "Klepp", "Hå", "Time", "Eigersund", "Strand", "Gjesdal",
        "Randaberg", "Tysvær", "Vindafjord", "Sauda", "Suldal", "Sokndal", "Lund", "Bjerkreim", "Hjelmeland",
    ),
    "Vestland": (
        "Bergen", "Øygarden", "Alver", "Askøy", "Bjørnafjorden", "Sunnfjord", "Stord", "Kinn", "Voss", "Kvinnherad",
        "Sogndal", "Bømlo", "Ullensvang", "Stad", "Kvam", "Osterøy", "Stryn", "Sveio", "Gloppen", "Luster", "Austevoll",
        "Årdal", "Høyanger", "Etne", "Vaksdal", "Bremanger", "Askvoll", "Tysnes", "Vik", "Samnanger", "Gulen",
        "Lærdal",
    ),
    "Møre og Romsdal": (
        "Ålesund", "Molde", "Kristiansund", "Hustadvika", "Ørsta", "Volda", "Sula", "Herøy", "Giske", "Ulstein",
        "Sykkylven", "Sunndal", "Rauma", "Vestnes", "Surnadal", "Averøy", "Hareid", "Stranda", "Aukra", "Tingvoll",
    ),
    "Trøndelag": (
        "Trondheim", "Stjørdal", "Steinkjer", "Levanger", "Orkland", "Melhus", "Namsos", "Verdal", "Malvik", "Ørland",
        "Indre Fosen", "Nærøysund", "Skaun", "Oppdal", "Inderøy", "Midtre Gauldal", "Heim", "Røros", "Frøya", "Hitra",
        "Åfjord", "Selbu", "Overhalla", "Frosta", "Rennebu", "Meråker", "Grong", "Snåsa",
    ),
    "Nordland": (
        "Bodø", "Rana", "Narvik", "Vefsn", "Vestvågøy", "Sortland", "Vågan", "Fauske", "Hadsel", "Brønnøy",
        "Alstahaug", "Meløy", "Saltdal", "Andøy", "Hemnes", "Øksnes", "Steigen", "Bø", "Hamarøy", "Leirfjord",
        "Lødingen", "Sømna", "Gildeskål", "Lurøy", "Grane", "Dønna",
    ),
}  # fmt: skip
"""Municipalities by county. No name occurs twice: Herøy and Våler, which exist in two counties, stand in one."""
