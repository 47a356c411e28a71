"""Amazon SES, version 2 of its interface: the same bytes as by SMTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clawpub.errors import PublishError
from generator.mail.sender import InDoubt, NotNow, Refused
from generator.mail.settings import MailSettings, mailbox

_LATER = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"})
_NEVER = frozenset({"MessageRejected", "BadRequestException", "InvalidParameterValue"})


@dataclass(frozen=True)
class Quota:
    """What an account may send."""

    rate_per_s: float
    left_today: float


class Ses:
    def __init__(self, client: Any, settings: MailSettings) -> None:
        self._client = client
        self._more: dict[str, Any] = {}
        if settings.configuration_set:
            self._more["ConfigurationSetName"] = settings.configuration_set
        if settings.contact_list:
            topic = {"TopicName": settings.topic} if settings.topic else {}
            self._more["ListManagementOptions"] = {"ContactListName": settings.contact_list, **topic}
        self._sender = mailbox(settings.sender).addr_spec

    def send(self, address: str, message: bytes) -> None:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectionError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
            IncompleteReadError,
            NoCredentialsError,
            ProxyConnectionError,
        )
        from botocore.parsers import ResponseParserError

        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={"Raw": {"Data": message}},
                **self._more,
            )
        except ClientError as error:
            raise _meaning(error.response) from None
        except NoCredentialsError:
            raise PublishError(
                "no credentials", hint="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
            ) from None
        except (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError) as error:
            raise NotNow(str(error)) from None
        except (ConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError) as error:
            raise InDoubt(str(error)) from None
        except BotoCoreError as error:  # before anything went: a session that ended, a profile that is none
            raise PublishError(f"SES: {error}", hint="look at AWS_PROFILE and AWS_REGION, or log in again") from None
        if not answer.get("MessageId"):
            raise InDoubt("an answer that names no message")

    def close(self) -> None:
        pass

    def quota(self) -> Quota | None:
        """Return what the account may send; None where SES does not say."""
        found = self._asked(lambda: self._client.get_account())
        told = (found or {}).get("SendQuota")
        if not told:
            return None
        return Quota(told.get("MaxSendRate", 0), told.get("Max24HourSend", 0) - told.get("SentLast24Hours", 0))

    def suppressed(self) -> frozenset[str] | None:
        """Return the addresses that the account holds back, in small letters; None where SES does not say."""
        found = self._asked(lambda: list(self._pages()))
        return None if found is None else frozenset(found)

    def _pages(self) -> Iterator[str]:
        more: dict[str, Any] = {}
        while True:
            page = self._client.list_suppressed_destinations(PageSize=1000, **more)
            yield from (each["EmailAddress"].casefold() for each in page.get("SuppressedDestinationSummaries", ()))
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _asked(self, ask: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return ask()
        except (BotoCoreError, ClientError):
            return None


def _meaning(response: Any) -> Exception:
    """Return what an answer means that is no success."""
    error = response.get("Error", {})
    code = str(error.get("Code", "unknown"))
    words = f"{code}: {error.get('Message', '')}"[:300]
    if code in _LATER:
        return NotNow(words)
    if response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return InDoubt(words)
    if code in _NEVER and "not verified" not in words:
        return Refused(words)
    return PublishError(f"SES: {words}", hint="docs/mail.md says how SES is set up")
