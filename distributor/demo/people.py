"""Invented people who lead branches: names, languages and addresses nobody has."""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

DOMAIN = "fellesforeningen.example"
LANGUAGES, LANGUAGE_SHARES = ("nb", "da", "en"), (0.9, 0.05, 0.05)
FIRST_NAMES = {
    "nb": (
        "Kari", "Anne", "Ingrid", "Liv", "Marit", "Solveig", "Astrid", "Hilde", "Silje", "Ragnhild", "Ole", "Lars",
        "Jan", "Knut", "Svein", "Arne", "Geir", "Trond", "Øyvind", "Håkon", "Amina", "Fatima", "Mohammed", "Piotr",
    ),
    "da": ("Mette", "Kirsten", "Lone", "Søren", "Jens", "Henrik", "Bente", "Niels"),
    "en": ("Emma", "James", "Aisha", "Oliver", "Grace", "Daniel", "Priya", "Tomasz"),
}  # fmt: skip
LAST_NAMES = {
    "nb": (
        "Haugland", "Solberg", "Nygård", "Lien", "Bakken", "Moen", "Strand", "Berge", "Eide", "Vik", "Dahl", "Aas",
        "Myhre", "Fjeld", "Sørli", "Tveit", "Rønning", "Ødegård", "Kvam", "Hovland", "Brekke", "Aune", "Lunde", "Foss",
    ),
    "da": ("Møller", "Kjær", "Mortensen", "Thomsen", "Bjerregaard", "Skov", "Holm", "Lund"),
    "en": ("Walker", "Hughes", "Okafor", "Nowak", "Bennett", "Shah", "Murphy", "Clarke"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One recipient; an address that is missing is empty."""

    recipient_id: str
    name: str
    language: str
    email: str
    sms: str = ""
    slack: str = ""


@dataclass(slots=True, kw_only=True)
class People:
    """Invents people, no two with the same address."""

    rng: np.random.Generator
    found: list[Person] = field(default_factory=list)
    _addresses: Counter[str] = field(default_factory=Counter)

    def invent(
        self,
        *,
        language: str | None = None,
        has_email: bool = True,
        has_sms: bool = False,
        has_slack: bool = False,
        slack: str = "",
    ) -> Person:
        """Invent a person, who reads *language* or a drawn one, and is on Slack in person or in a channel."""
        speaks = language or str(self.rng.choice(LANGUAGES, p=LANGUAGE_SHARES))
        first = FIRST_NAMES[speaks][self.rng.integers(len(FIRST_NAMES[speaks]))]
        last = LAST_NAMES[speaks][self.rng.integers(len(LAST_NAMES[speaks]))]
        number = len(self.found) + 1
        email = self._address(first, last) if has_email else ""
        person = Person(
            recipient_id=f"P{number:04d}",
            name=f"{first} {last}",
            language=speaks,
            email=email,
            # Numbers that the British regulator keeps free for fiction: nobody's phone rings.
            sms=f"+447700900{number % 1000:03d}" if has_sms else "",
            slack=email if has_slack else slack,  # Slack finds a person by the address of the account
        )
        self.found.append(person)
        return person

    def open_desk(self, name: str, *, local: str, language: str, slack: str) -> Person:
        """Add a desk that several people watch."""
        desk = Person(
            recipient_id=f"P{len(self.found) + 1:04d}",
            name=name,
            language=language,
            email=f"{local}@{DOMAIN}",
            slack=slack,
        )
        self.found.append(desk)
        return desk

    def _address(self, first: str, last: str) -> str:
        local = f"{_plain(first)}.{_plain(last)}"
        self._addresses[local] += 1
        count = self._addresses[local]
        return f"{local}{count if count > 1 else ''}@{DOMAIN}"


def _plain(name: str) -> str:
    spelled = name.lower().replace("ø", "o").replace("å", "a").replace("æ", "ae")
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
