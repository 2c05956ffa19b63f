"""How to reach the provider, and as whom."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsConfig:
    """One account at Twilio.

    Attributes:
        account_sid: "AC…".
        auth_token: Also signs what the provider sends us.
        sender: A number with its country, "+4759440000", or a name of up to eleven letters.
        messaging_service_sid: "MG…", instead of a sender.
        is_two_way: Whether replies reach us. A name as sender cannot be answered.
        status_callback_url: Where the provider tells what became of a message, empty for nowhere.
        default_region: Of numbers without a country, as "NO"; empty refuses them.
        base_url: Of the API.
        timeout_s: Longest wait for each answer.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str = ""
    messaging_service_sid: str = ""
    is_two_way: bool = False
    status_callback_url: str = ""
    default_region: str = ""
    base_url: str = "https://api.twilio.com"
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot work."""
        if not self.account_sid or not self.auth_token:
            raise ValueError("account_sid and auth_token must be set.")
        if bool(self.sender) == bool(self.messaging_service_sid):
            raise ValueError("set either sender or messaging_service_sid.")
        if self.is_two_way and self.sender and not self.sender.startswith("+"):
            raise ValueError("a name as sender cannot be answered. Set is_two_way to false, or a number as sender.")
        if self.timeout_s <= 0:
            raise ValueError("timeout_s must be more than 0.")
