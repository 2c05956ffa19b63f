"""Recipients: addresses, masks and roles on a day."""

from datetime import date

import pytest

from recipients.errors import InvalidAddressError
from recipients.people import Address, Recipient, Role, masked, parse_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kari@union.example", "kari@union.example"),
        ("  kari@UNION.example ", "kari@union.example"),
        ("kari+pack@union.example", "kari+pack@union.example"),
        ("kåre@østfold.example", "kåre@østfold.example"),
    ],
)
def test_email_address_is_taken_in_its_normal_form(text: str, expected: str) -> None:
    """Blanks and the case of the domain do not count."""
    assert Address(channel="email", value=expected) == parse_address("email", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kari",
        "kari@union",
        "karin nordmann@union.example",
        "kari@union.example; ola@union.example",
        "Karin <karin@union.example>",
        "karin@union.example\nBcc: x@union.example",
    ],
)
def test_invalid_email_address_is_refused_without_printing_it(text: str) -> None:
    """What is no e-mail address raises, and the sentence shows the mask only."""
    with pytest.raises(InvalidAddressError) as raised:
        parse_address("email", text)

    assert "email address" in str(raised.value)
    assert "karin" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "  ", "U0\x00123", "+47 912\n34567"])
def test_address_with_control_characters_is_refused_in_every_channel(text: str) -> None:
    """A line break or a control character never gets as far as a transport."""
    with pytest.raises(InvalidAddressError):
        parse_address("slack", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+47 912 34 567", "+4791234567"),
        ("+47\N{NO-BREAK SPACE}912\N{NARROW NO-BREAK SPACE}34567", "+4791234567"),
        ("0045 20-12-34-56", "+4520123456"),
        ("912 34\N{NO-BREAK SPACE}567", "912 34 567"),
    ],
)
def test_number_with_its_country_has_one_form(text: str, expected: str) -> None:
    """However a number is written, an answer from it is known; without a country only the transport can tell."""
    assert Address(channel="sms", value=expected) == parse_address("sms", text)


@pytest.mark.parametrize("text", ["+47", "+47 12", "+47 912 34 567 89 01", "+x", "00", "+47 912\n34567"])
def test_number_that_is_none_is_refused_without_printing_it(text: str) -> None:
    """What is no number of its country raises, and the sentence shows the mask only."""
    with pytest.raises(InvalidAddressError) as raised:
        parse_address("sms", text)

    assert "912" not in str(raised.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anna@union.example", "a***@union.example"),
        ("+4791234567", "+4***"),
        ("U024BE7LH", "U0***"),
        ("abc", "***"),
        ("@union.example", "@u***"),
        ("", "***"),
    ],
)
def test_mask_shows_the_beginning_only(value: str, expected: str) -> None:
    """An e-mail keeps its first letter and its domain, anything else two characters."""
    assert expected == masked(value)


def test_address_stays_out_of_the_repr() -> None:
    """Printing a recipient or an address gives no address away."""
    address = Address(channel="email", value="anna@union.example")
    recipient = Recipient(recipient_id="7", name="Anna", addresses=(address,))

    assert "a***@union.example" == address.masked()
    assert "anna@" not in f"{address!r} {recipient!r}"


def test_recipient_without_an_address_gives_none() -> None:
    """A channel the recipient has no address for is None, not an empty text."""
    recipient = Recipient(
        recipient_id="7", name="Anna", addresses=(Address(channel="email", value="anna@union.example"),)
    )

    assert "anna@union.example" == recipient.address("email")
    assert recipient.address("sms") is None
    assert Recipient(recipient_id="8", name="Bo").address("email") is None


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2024, 2, 28), ("always",)),
        (date(2024, 2, 29), ("always", "leader")),
        (date(2025, 2, 27), ("always", "leader")),
        (date(2025, 2, 28), ("always",)),
    ],
)
def test_role_is_held_from_its_first_day_until_its_last(day: date, names: tuple[str, ...]) -> None:
    """from_on is the first day of a role and to_on the first day without it."""
    recipient = Recipient(
        recipient_id="7",
        name="Anna",
        roles=(
            Role(name="always", branch_id="1"),
            Role(name="leader", branch_id="1", from_on=date(2024, 2, 29), to_on=date(2025, 2, 28)),
        ),
    )

    assert names == tuple(role.name for role in recipient.roles_on(day))
