"""Twilio on loopback: messages sent, listed and looked at, with the documented checks and errors."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from loopback import Answer, Asked, LoopbackServer

ACCOUNT = "AC" + "0" * 32
TOKEN = "12345"
NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
# Source: twilio.com/docs/iam/test-credentials, the numbers that fail.
MAGIC = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


def error(code: int, *, status: int = 400, headers: dict[str, str] | None = None) -> Answer:
    body = {
        "code": code,
        "message": "The 'To' number +4791234567 was refused.",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Answer(status=status, body=body, headers=headers or {})


class TwilioServer(LoopbackServer):
    """One account. Messages that wait in the queue have no date_sent, as at the provider."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.now = NOW
        self.first_status = "queued"

    def step(self, method: str, path: str) -> str:
        return f"{method} {'Messages' if 'Messages' in path else 'Account'}"

    def answer(self, asked: Asked) -> Answer:
        login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {login}":
            return error(20003, status=401)
        if asked.path == f"{_ROOT}/Messages.json":
            return self._create(asked.fields) if asked.step.startswith("POST") else self._list(asked.fields)
        if asked.path == f"{_ROOT}.json":
            return Answer(body={"sid": ACCOUNT, "friendly_name": "Union", "status": "active"})
        sid = asked.path.rpartition("/")[2].removesuffix(".json")
        found = [each for each in self.messages if each["sid"] == sid]
        return Answer(body=found[0]) if found else error(20404, status=404)

    def become(self, sid: str, status: str, *, code: int | None = None) -> tuple[str, dict[str, str], str]:
        """Let a message reach a status; return address, form and signature of the callback that tells it."""
        [message] = [each for each in self.messages if each["sid"] == sid]
        message |= {"status": status, "error_code": code, "date_sent": format_datetime(self.now)}
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "To": message["to"], "AccountSid": ACCOUNT}
        if code:
            form["ErrorCode"] = str(code)
        url = message["callback"]
        return url, form, sign(url, form)

    def _create(self, fields: dict[str, Any]) -> Answer:
        to, body = fields.get("To", ""), fields.get("Body", "")
        if to in MAGIC:
            return error(MAGIC[to])
        if not to.startswith("+"):
            return error(21211)
        if not body:
            return error(21619)
        if len(body) > 1600:
            return error(21617)
        message = {
            "sid": f"SM{len(self.messages):032x}",
            "account_sid": ACCOUNT,
            "to": to,
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "body": body,
            "status": self.first_status,
            "direction": "outbound-api",
            "num_segments": "1",
            "error_code": None,
            "error_message": None,
            "date_created": format_datetime(self.now),
            "date_updated": format_datetime(self.now),
            "date_sent": None,
            "callback": fields.get("StatusCallback", ""),
        }
        self.messages.append(message)
        return Answer(status=201, body=message)

    def _list(self, fields: dict[str, Any]) -> Answer:
        found = [each for each in self.messages if each["to"] == fields.get("To", each["to"])]
        if any(name.startswith("DateSent") for name in fields):
            found = [each for each in found if each["date_sent"]]
        size = int(fields.get("PageSize", 50))
        return Answer(body={"messages": found[::-1][:size], "next_page_uri": None, "page": 0, "page_size": size})


def sign(url: str, form: dict[str, str]) -> str:
    """Return the signature of a request, written out by the provider's recipe."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
