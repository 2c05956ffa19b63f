"""Recipients: who they are, which roles they hold, and where they are reached."""

from dataclasses import dataclass, field
from datetime import date

from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse

from recipients.errors import InvalidAddressError

EMAIL = "email"
SMS = "sms"
# Office programs write these into numbers; the rest of what is not printable stays refused.
_NUMBER_BLANKS = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one channel reaches a recipient. The value stays out of the repr, and so out of logs."""

    channel: str
    value: str = field(repr=False)

    def masked(self) -> str:
        """Return the address as logs and errors may show it: a***@union.example."""
        return masked(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role held at a branch.

    Attributes:
        name: As audiences name it: leader, treasurer.
        branch_id: Where it is held; may be a branch that the tree does not know.
        from_on: First day; None when it has always been held.
        to_on: First day it is no longer held; None while it lasts.
    """

    name: str
    branch_id: str
    from_on: date | None = None
    to_on: date | None = None

    def is_held(self, on: date) -> bool:
        """Return whether from_on ≤ day < to_on."""
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on < self.to_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person or desk.

    Attributes:
        language: Of what they are sent; None leaves it to the branch.
        addresses: At most one a channel.
    """

    recipient_id: str
    name: str
    language: str | None = None
    roles: tuple[Role, ...] = ()
    addresses: tuple[Address, ...] = field(default=(), repr=False)

    def address(self, channel: str) -> str | None:
        """Return the full address for the channel, or None when the recipient has none."""
        return next((address.value for address in self.addresses if address.channel == channel), None)

    def roles_on(self, day: date) -> tuple[Role, ...]:
        """Return the roles held on that day, in their order."""
        return tuple(role for role in self.roles if role.is_held(day))


def parse_address(channel: str, text: str) -> Address:
    """Return the address in its normal form.

    Args:
        channel: "email" is checked against the standards, without asking the network; so is "sms" where the number
            has its country. Other channels know best themselves what they can deliver to, and only what could never be
            an address is refused here.
        text: As it came in; blanks around it do not count.

    Raises:
        InvalidAddressError: With the address masked.
    """
    value = text.strip()
    if channel == EMAIL:
        return Address(channel=channel, value=_normal_email(value))
    if channel == SMS:
        value = value.translate(_NUMBER_BLANKS)
    if not value or not value.isprintable():
        raise InvalidAddressError(channel, masked(value), "it is empty or holds control characters.")
    if channel == SMS and value.startswith(("+", "00")):
        return Address(channel=channel, value=_normal_number(value))
    return Address(channel=channel, value=value)


def masked(value: str) -> str:
    """Return an address of any channel with all but its beginning and an e-mail's domain hidden."""
    local, at, domain = value.rpartition("@")
    if at and local and domain:
        return f"{local[0]}***@{domain}"
    return f"{value[:2]}***" if len(value) > 4 else "***"


def _normal_email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidAddressError(EMAIL, masked(value), str(error)) from error


def _normal_number(value: str) -> str:
    """Return a number with its country as "+4791234567" (ITU-T E.164), the form in which people answer."""
    try:
        number = parse(f"+{value[2:]}" if value.startswith("00") else value)
    except NumberParseException as error:
        raise InvalidAddressError(SMS, masked(value), "it is no phone number.") from error
    if not is_possible_number(number):
        raise InvalidAddressError(SMS, masked(value), "it is too short or too long for a number of its country.")
    return format_number(number, PhoneNumberFormat.E164)
