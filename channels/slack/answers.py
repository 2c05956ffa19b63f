"""What Slack's answers mean for a delivery, and for the other deliveries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from channels.errors import DeliveryError, Fault, TransientDeliveryError
from channels.verdict import AGAIN, Effect, Verdict, later, left_open, never

_LONGEST_WORDS = 200
_OK, _TOO_MANY, _UNAVAILABLE = 200, 429, 503


_NO_SUCH_PLACE = never(
    Fault.recipient,
    "Slack knows no such channel, or the app may not see it",
    "Correct the address in the directory, or invite the app into the channel.",
)
_NO_SUCH_PERSON = never(
    Fault.recipient, "Slack knows nobody with this address", "Correct the address in the directory."
)
_CLOSED_PLACE = never(
    Fault.recipient, "nothing may be posted in this channel", "Name another channel, or ask who runs the workspace."
)
_BAD_LOGIN = later(
    Fault.transport, "Slack refused the app's token", "Install the app again and set its token in the settings."
)
_NOT_ALLOWED = later(
    Fault.transport, "Slack does not allow the app to do this", "Give the app the scope, then install it again."
)
_TOO_LONG = never(Fault.message, "the message is too long for Slack", "Send fewer parts.")
_BAD_BLOCKS = never(
    Fault.message, "Slack cannot read the message's blocks", "Correct the template that the message comes from."
)
_BAD_REQUEST = never(Fault.message, "Slack cannot read the request", "Report it as a fault of this program.")
_GONE = never(
    Fault.message, "the message that this one belongs to is gone or closed", "Send it as a message of its own."
)
_BUSY = later(Fault.transport, "Slack takes no more messages for now")
_UNWELL = later(Fault.transport, "Slack is not well")

# What every message would get is the transport's fault and worth another try, also when only a person can mend it: the
# channel then pauses, and not one delivery is lost. Source: the tables of errors of chat.postMessage, chat.update,
# conversations.open, users.lookupByEmail and files.getUploadURLExternal at docs.slack.dev/reference/methods.
_TABLE: Mapping[Verdict, str] = {
    _NO_SUCH_PLACE: "channel_not_found not_in_channel invalid_channel",
    _NO_SUCH_PERSON: "users_not_found user_not_found user_not_visible user_disabled invalid_user_combination",
    _CLOSED_PLACE: "is_archived restricted_action restricted_action_read_only_channel messages_tab_disabled "
    "restricted_action_thread_only_channel restricted_action_non_threadable_channel cannot_dm_bot "
    "channel_type_not_supported method_not_supported_for_channel_type",
    _BAD_LOGIN: "invalid_auth not_authed token_revoked token_expired account_inactive not_allowed_token_type",
    _NOT_ALLOWED: "missing_scope no_permission access_denied ekm_access_denied org_login_required accesslimited "
    "team_access_not_granted enterprise_is_restricted two_factor_setup_required unknown_method method_deprecated "
    "deprecated_endpoint metadata_must_be_sent_from_app team_not_found",
    _TOO_LONG: "msg_too_long msg_blocks_too_long metadata_too_large too_many_attachments",
    _BAD_BLOCKS: "invalid_blocks invalid_blocks_format no_text",
    _BAD_REQUEST: "invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data "
    "invalid_post_type missing_post_type invalid_json json_not_object invalid_metadata_format invalid_metadata_schema",
    _GONE: "message_not_found cant_update_message edit_window_closed thread_not_found is_inactive "
    "restricted_action_thread_locked cannot_reply_to_message",
    _BUSY: "ratelimited rate_limited message_limit_exceeded",
    _UNWELL: "service_unavailable request_timeout team_added_to_org external_channel_migrating",
}
_VERDICTS = {code: verdict for verdict, codes in _TABLE.items() for code in codes.split()}
_UNKNOWN = never(Fault.message, "Slack refused the message", "Look up the code in Slack's documentation.")

# "It's possible some aspect of the operation succeeded before the error was raised." Source: as above.
_HALF_DONE = ("internal_error", "fatal_error")


def refusal(delivery_key: str, effect: Effect, error: SlackApiError) -> DeliveryError:
    """Return the delivery error of an answer that is not a yes."""
    response = error.response
    status: int = response.status_code
    data: Mapping[str, Any] = response.data if isinstance(response.data, dict) else {}
    retry_after = _retry_after(response.headers)
    code = str(data.get("error", ""))
    if not code.replace("_", "").isalnum() or not code.isascii():  # the library puts what is no JSON there
        return _unreadable(delivery_key, effect, status, retry_after)
    if code in _HALF_DONE:
        reason = f'Slack met an error and may have done its work before it: "{code}".'
        return left_open(delivery_key, effect, reason, code=code)
    verdict = _VERDICTS.get(code, _BUSY if status == _TOO_MANY else _UNKNOWN)
    return verdict.of(delivery_key, code=code, details=_details(data), retry_after=retry_after)


def broken(delivery_key: str, effect: Effect, error: Exception) -> DeliveryError:
    """Return the delivery error of a connection that could not be used or was lost.

    The standard library wraps what fails before the request is out in URLError; what fails later comes as it is.
    """
    if isinstance(error, URLError):
        cause = error.reason
        words = (cause.strerror if isinstance(cause, OSError) else None) or cause
        reason = f"Slack cannot be reached: {words}."
        return TransientDeliveryError(delivery_key, reason, AGAIN, fault=Fault.transport)
    what = "gave no answer in time" if isinstance(error, TimeoutError) else "broke off"
    return left_open(delivery_key, effect, f"Slack {what} after it had the request.")


def _unreadable(delivery_key: str, effect: Effect, status: int, retry_after: timedelta | None) -> DeliveryError:
    """Return the error of an answer that does not come from Slack's own code: of a gateway, a proxy, a wrong server."""
    code = f"HTTP {status}"
    reason = f"Slack's address answered what Slack does not: {code}."
    if status == _TOO_MANY:
        return _BUSY.of(delivery_key, code=code, retry_after=retry_after)
    if status == _UNAVAILABLE:
        return _UNWELL.of(delivery_key, code=code, retry_after=retry_after)
    if status == _OK or status // 100 == 5:
        return left_open(delivery_key, effect, reason, code=code)
    remedy = "Check the address of Slack and the proxy in the settings."
    return TransientDeliveryError(delivery_key, reason, remedy, fault=Fault.transport, code=code)


def _details(data: Mapping[str, Any]) -> str:
    """Return the scope that is missing, or where Slack's checks of the blocks failed."""
    if needed := data.get("needed"):
        return f", needs {needed}"
    metadata = data.get("response_metadata")
    words = metadata.get("messages") if isinstance(metadata, dict) else None
    return f" ({'; '.join(map(str, words))[:_LONGEST_WORDS]})" if isinstance(words, list) and words else ""


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that Slack asked for, in whole seconds. Source: docs.slack.dev/apis/web-api/rate-limits."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return timedelta(seconds=int(found)) if found.isdecimal() else None
