"""What must not change once a run was begun: a campaign's predictions, its file, and its suite."""

from __future__ import annotations

from clawpub.errors import ConfigError
from clawpub.pack.predictions import print_predictions
from clawpub.pack.reader import digest_of
from runner.campaign import Campaign
from runner.events import CampaignStarted
from runner.suite import Suite


def digests(campaign: Campaign, suite: Suite) -> dict[str, str]:
    """Return what `CampaignStarted` freezes of them, by its fields' names."""
    return {
        "predictions_digest": digest_of(print_predictions(campaign.predictions)),
        "campaign_digest": campaign.digest,
        "suite_digest": suite.digest,
    }


NAMES = {"predictions_digest": "predictions", "campaign_digest": "campaign file", "suite_digest": "suite"}


def refuse_changed(began: CampaignStarted, campaign: Campaign, suite: Suite) -> None:
    """Raises: ConfigError where the campaign's runs were begun with another file, suite or predictions."""
    for field, now in digests(campaign, suite).items():
        then = getattr(began, field)
        if then != now:
            raise ConfigError(
                f"the {NAMES[field]} changed after the first run",
                at=campaign.path,
                hint=f"restore it ({then[:19]} was frozen at {began.at:%Y-%m-%d %H:%M} UTC), or use a new campaign id",
            )
