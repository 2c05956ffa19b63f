"""Phone numbers in the one form that providers take and give."""

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse


class UnusableNumberError(ValueError):
    """No phone could have this number."""


def e164(text: str, *, default_region: str = "") -> str:
    """Return a number as "+4791234567", however it was written.

    Args:
        text: "+47 912 34 567", "0047 91234567", or "912 34 567" where there is a default region.
        default_region: "NO" or empty.

    Raises:
        UnusableNumberError: It is none; the message does not hold it.

    Source: ITU-T E.164.
    """
    written = text.strip()
    if written.startswith("00"):
        written = f"+{written[2:]}"
    try:
        number = parse(written, default_region or None)
    except NumberParseException as error:
        raise UnusableNumberError("it is no phone number, or lacks its country.") from error
    if not is_possible_number(number):
        raise UnusableNumberError("no phone can have this number.")
    return format_number(number, PhoneNumberFormat.E164)
