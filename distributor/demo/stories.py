"""What is known to happen in the demo organisation: the branches, days and sizes of its stories."""

from distributor.demo.days import day

FIRST_DAY = day("2022-06-01")
LAST_DAY = day("2026-05-31")
LOADED_AT = "2026-06-03 04:30:00"

# A region loses a big employer: the plant closes at the end of March 2026.
EMPLOYER_REGION = "Nordland"
EMPLOYER_NAMES = {"Rana": "Ranfjord Metall, Rana", "Hemnes": "Ranfjord Metall, Hemnes"}
EMPLOYER_SHARE = 0.4  # of the members of each branch
EMPLOYER_FIRST_DAY = day("2026-03-02")
EMPLOYER_CLOSED_ON = day("2026-03-31")

# A branch without a rep since spring.
REPLESS_BRANCH = "Voss"
REPLESS_TERMS = (day("2022-05-02"), day("2024-05-02"), day("2026-04-30"))  # two terms, the last without a successor
REPLESS_WORKPLACES = 4  # that had a rep until then

# A recruiting drive that is held in March every year, and in May in 2026.
DRIVE_REGION = "Rogaland"
DRIVE_MONTH = 3
LATE_DRIVE_MONTH = 5
DRIVE_FACTOR = 4.5  # joiners of the drive's month against an ordinary one
LATE_DRIVE_FACTOR = 4.0
BEFORE_LATE_DRIVE_FACTOR = 0.75  # January to April 2026: everybody waits for the drive

# Branches in unusual states.
EMPTY_BRANCH = "Iveland"
NEW_BRANCH, NEW_BRANCH_OPENED_ON, NEW_BRANCH_PARENT = "Gjerdrum", day("2026-02-01"), "Ullensaker"
NEW_BRANCH_TRANSFERS = 48
MERGED_BRANCH, MERGED_ON, MERGED_INTO = "Samnanger", day("2025-07-01"), "Bjørnafjorden"
CLOSED_BRANCH, CLOSED_ON = "Aremark", day("2024-12-31")
SMALL_BRANCHES = {"Bjerkreim": 6, "Grane": 4, "Hjartdal": 7, "Hægebostad": 5, "Frosta": 7, "Vik": 6}
BRANCHES_WITHOUT_TARGET = ("Sirdal", "Krødsherad")
LARGE_BRANCHES = {"Bergen": 3350, "Trondheim": 2700, "Stavanger": 1980, "Kristiansand": 1610}
SET_SIZES = {
    **LARGE_BRANCHES,
    **SMALL_BRANCHES,
    "Rana": 1120,
    "Hemnes": 230,
    REPLESS_BRANCH: 235,
    MERGED_BRANCH: 58,
    CLOSED_BRANCH: 17,
    EMPTY_BRANCH: 0,
    NEW_BRANCH: 0,
}
"""Members on the first day where the story needs a certain number; the others are drawn."""

# People in unusual positions.
LEADERLESS_BRANCH = "Rollag"
LEADER_WITHOUT_EMAIL = "Tinn"
ONE_LEADER_OF_TWO = ("Vågå", "Lom")
LEADER_AND_DEPUTY = ("Grong", "Overhalla")  # leader of the first, deputy of the second
TWO_LANGUAGES = "Hitra"  # leader reads nb, deputy en
