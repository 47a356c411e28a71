"""Amazon SES, version 2 of its interface: the same bytes as by SMTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clawpub.errors import PublishError
from generator.mail.sender import InDoubt, NotTaken, Refused
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
        self._sender = str(mailbox(settings.sender))

    def send(self, address: str, message: bytes) -> None:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            NoCredentialsError,
        )

        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={"Raw": {"Data": message}},
                **self._more,
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            words = f"{code}: {error.response.get('Error', {}).get('Message', '')}"[:300]
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _LATER:
                raise NotTaken(words) from None
            if code in _NEVER:
                raise Refused(words) from None
            if status >= 500:
                raise InDoubt(words) from None
            raise PublishError(f"SES: {words}", hint="docs/mail.md says how SES is set up") from None
        except NoCredentialsError:
            raise PublishError(
                "no credentials", hint="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
            ) from None
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise NotTaken(str(error)) from None
        except BotoCoreError as error:
            raise InDoubt(str(error)) from None

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
