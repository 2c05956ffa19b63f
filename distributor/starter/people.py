"""Made-up recipients of the starter: a leader for each region and branch, and the central office."""

from collections.abc import Sequence

_TITLES = {
    "branch_leader": {"nb": "Leder i {place}", "da": "Formand i {place}", "en": "Chair of {place}"},
    "region_leader": {"nb": "Regionleder {place}", "da": "Regionsformand {place}", "en": "Head of {place}"},
    "analyst": {"nb": "Analyseavdelingen", "da": "Analyseafdelingen", "en": "Analysis department"},
}
# Recipient, role, branch, name of the place.
_HELD = (
    ("analysis", "analyst", "00", ""),
    ("north", "region_leader", "01", "Nord"),
    ("south", "region_leader", "02", "Sør"),
    ("fjordby", "branch_leader", "0101", "Fjordby"),
    ("skogby", "branch_leader", "0102", "Skogby"),
    ("elvestad", "branch_leader", "0201", "Elvestad"),
    ("havnes", "branch_leader", "0202", "Havnes"),
)


def recipients_csv(languages: Sequence[str]) -> str:
    """Return recipients.csv; the languages go round among the people, so that each has a reader."""
    lines = ["recipient_id,name,email,language"]
    for number, (recipient, role, _, place) in enumerate(_HELD):
        language = languages[number % len(languages)]
        name = _TITLES[role][language].format(place=place)
        lines.append(f"{recipient},{name},{recipient}@eksempel.example,{language}")
    return "\n".join(lines) + "\n"


def roles_csv() -> str:
    """Return roles.csv: what each recipient does, and in which branch."""
    return (
        "\n".join(["recipient_id,role,branch_id", *(f"{who},{role},{where}" for who, role, where, _ in _HELD)]) + "\n"
    )
