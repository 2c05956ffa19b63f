"""Requests to the provider, one each: nothing is repeated here, because a message repeated is a message twice."""

import logging
from collections.abc import Callable
from datetime import timedelta
from json import JSONDecodeError
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from channels.errors import DeliveryError, Fault, TransientDeliveryError
from channels.sms.answers import refusal
from channels.sms.config import SmsConfig
from channels.verdict import AGAIN, Effect, left_open

T = TypeVar("T")

# The library writes numbers and headers to its log.
_QUIET = logging.getLogger(f"{__name__}.quiet")
_QUIET.setLevel(logging.CRITICAL + 1)
_LIBRARY_URL = "https://api.twilio.com"
_TOO_MANY = 429


class _BusyError(Exception):
    """The provider said 429; the library's own error forgets for how long."""

    def __init__(self, retry_after: timedelta | None) -> None:
        super().__init__("429")
        self.retry_after = retry_after


class Wire:
    """The provider's API, with errors in the words of this package."""

    def __init__(self, config: SmsConfig) -> None:
        self._http = _HttpClient(config)
        # An environment without a word, or the library takes region and edge from the process's own.
        self._client = Client(
            config.account_sid, config.auth_token, http_client=self._http, environment={"TWILIO_EDGE": ""}
        )

    @property
    def messages(self) -> Any:
        """The messages of the account."""
        return self._client.messages

    @property
    def account(self) -> Any:
        """The account itself."""
        return self._client.api.v2010.account

    def ask(self, delivery_key: str, effect: Effect, request: Callable[[], T]) -> T:
        """Return the answer to *request*.

        Raises:
            PermanentDeliveryError: The provider refused it for good.
            TransientDeliveryError: Another try may succeed.
            UnconfirmedDeliveryError: A request that writes may have been carried out.
        """
        try:
            return request()
        except _BusyError as error:
            raise refusal(delivery_key, effect, status=_TOO_MANY, code=None, retry_after=error.retry_after) from error
        except (TwilioRestException, TwilioServiceException) as error:
            # Where the answer holds no code the library puts the status of HTTP there.
            code = None if error.code == error.status else error.code
            raise refusal(delivery_key, effect, status=error.status, code=code) from error
        except (TwilioException, JSONDecodeError) as error:
            raise left_open(delivery_key, effect, "the provider's answer cannot be read.") from error
        except requests.RequestException as error:
            raise _broken(delivery_key, effect, error) from error

    def close(self) -> None:
        """Close the kept connections; the next request opens new ones."""
        self._http.session.close()


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """The library's client, at another address where the settings say so."""

    def __init__(self, config: SmsConfig) -> None:
        super().__init__(timeout=config.timeout_s, max_retries=0, logger=_QUIET)
        self._base_url = config.base_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        answer = super().request(method, url.replace(_LIBRARY_URL, self._base_url, 1), *args, **options)
        if answer.status_code == _TOO_MANY:
            wait = answer.headers.get("Retry-After", "")
            raise _BusyError(timedelta(seconds=int(wait)) if wait.isdecimal() else None)
        return answer


def _broken(delivery_key: str, effect: Effect, error: requests.RequestException) -> DeliveryError:
    """Return the delivery error of a connection that could not be opened, or was lost after that."""
    if _is_before_the_request(error):
        reason = "the provider cannot be reached."
        return TransientDeliveryError(delivery_key, reason, AGAIN, fault=Fault.transport)
    what = "gave no answer in time" if isinstance(error, requests.Timeout) else "broke off"
    return left_open(delivery_key, effect, f"the provider {what} after it had the request.")


def _is_before_the_request(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
