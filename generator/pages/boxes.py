"""The box that says which campaign a page stands on: who ran what, what came of it, out of how many, for how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from clawpub.pack.model import CampaignInfo
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Row, spell
from generator.cards import CardFact, CardSource, ModelCard
from generator.pages.contexts import CampaignBox, Card, CardRow, Labelled, SourceLink
from generator.pages.places import Places
from generator.tables import ORIGINS, harness_of, interval_of, model_of, planned_score, short, summary_of

NOWHERE = Places()


def long_date(day: date) -> str:
    """Return e.g. "21 May 2026"; the same in every locale."""
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def campaign_box(pack: Pack, *, alias: str = "", url: str, places: Places = NOWHERE) -> CampaignBox:
    summary = summary_of(pack)
    return CampaignBox(
        alias=alias,
        model=model_of(pack),
        harness=harness_of(pack),
        score=headline(summary),
        rate=interval_of(summary) if summary else "",
        origin=pack.info.origin,
        lines=(*_campaign_lines(pack, pack.info.campaign, places), *_pack_lines(pack, url)),
    )


def _campaign_lines(pack: Pack, campaign: CampaignInfo | None, places: Places) -> list[Labelled]:
    if campaign is None:
        return []
    model, harness = campaign.model, campaign.harness
    return [
        Labelled("Campaign", campaign.id, code=True),
        Labelled("Model", model.id, url=places.model(model.id), code=True),
        Labelled("Provider", ", ".join(filter(None, (model.provider, model.region, model.tier)))),
        Labelled("Harness", f"{harness.name}@{harness.version}", code=True),
        Labelled(
            "Suite", campaign.suite.title, note=campaign.suite.id if campaign.suite.id != campaign.suite.title else ""
        ),
        Labelled("Runs", _runs(pack, campaign)),
        *_denominators(pack),
        *_spending(summary_of(pack)),
        *_sandbox(campaign.sandbox),
        Labelled("Date", days(campaign)),
    ]


def headline(summary: Row | None) -> str:
    """Return a campaign's one score: by the denominator that it declared; nothing below the coverage that it declared.

    Packs of views 1 declared none, and a transcribed one may not state any: those are scored by their valid runs.
    """
    if summary is None:
        return ""
    return spell(summary["headline_score"] if summary.get("planned") is not None else summary["score"])


def scores(summary: Row | None) -> str:
    """Return a campaign's score in a line: out of all planned runs too, where that is another."""
    said, of_planned = both_scores(summary)
    return f"{said} ({of_planned})" if of_planned else said


def both_scores(summary: Row | None) -> tuple[str, str]:
    """Return a campaign's score, and in words that out of all planned runs where it is another."""
    if summary is None:
        return "", ""
    said = headline(summary)
    if not said and summary["score"] is not None:
        said = f"{summary['score']}, too few runs for a headline"
    of_planned = planned_score(summary)
    return said, f"{of_planned} of planned" if of_planned else ""


def _denominators(pack: Pack) -> list[Labelled]:
    """Return the score out of valid and out of all planned runs: whoever declares one must show the other.

    Of others' campaigns only what their source states: runs without a verdict may be left out of it unsaid.
    """
    summary = summary_of(pack)
    if summary is None or summary["runs"] is None or summary["infrastructure_errors"] is None:
        return []
    if pack.info.origin != "executed" and summary.get("planned") is None:
        return []
    valid = int(str(summary["runs"]))
    planned = int(str(summary.get("planned") or valid + int(str(summary["infrastructure_errors"]))))
    if not planned:
        return []
    coverage = f"{percent(Decimal(valid) / planned)} of planned runs have a verdict"
    if not headline(summary):
        coverage += "; too few for a headline score"
    return [
        Labelled("Of valid runs", spell(summary["score"])),
        Labelled("Of all planned", f"{summary['passes']}/{planned}", note=coverage),
    ]


def _spending(summary: Row | None) -> list[Labelled]:
    """Return what the campaign cost with all of its attempts, where it had a price."""
    if summary is None or summary.get("spent_usd") is None:
        return []
    lost = summary["lost_usd"]
    note = f"and at most ${spell(lost)} for {summary['lost_calls']} calls without an answer" if lost else ""
    return [Labelled("Spent", f"${spell(summary['spent_usd'])}", note=note)]


def _sandbox(sandbox: Mapping[str, object]) -> list[Labelled]:
    name = str(sandbox.get("name", ""))
    if not name:
        return []
    open_house = "no isolation: commands ran with the machine's files and network in reach"
    return [Labelled("Sandbox", name, note=open_house if name == "none" else "", code=True)]


def _runs(pack: Pack, campaign: CampaignInfo) -> str:
    summary = summary_of(pack)
    each = f"{campaign.runs_per_task} of each task"
    if not summary or summary["runs"] is None:
        return each
    text = f"{summary['runs']} scored"
    if summary["tasks"] is not None:
        text += f" ({summary['tasks']} tasks, {each})"
    errors = summary["infrastructure_errors"]
    return f"{text}; {errors} not scored: something broke that was not the model" if errors else text


def days(campaign: CampaignInfo) -> str:
    first, last = campaign.started_at.date(), campaign.ended_at.date()
    return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"


_NOT_OURS = {
    "transcribed": "not measured by us, and not computed again from transcripts",
    "imported": "not measured by us",
}


def _pack_lines(pack: Pack, url: str) -> list[Labelled]:
    return [
        Labelled("Origin", ORIGINS[pack.info.origin], note=_NOT_OURS.get(pack.info.origin, "")),
        Labelled("Data pack", pack.id, url=url, note=f"sha256:{short(pack.digest)}…", code=True),
    ]


def percent(share: Decimal) -> str:
    """Return e.g. "96.7 %"; 100 % only where it is all."""
    rounded = round(share * 100, 1)
    if rounded == 100 and share < 1:
        rounded = Decimal("99.9")
    return f"{spell(rounded)} %"


def card_of(pack: Pack, cards: Mapping[str, ModelCard]) -> Card | None:
    """Return what the publication says of a pack's model, None where it has no card of it."""
    card = cards.get(pack.info.campaign.model.id) if pack.info.campaign else None
    return card_fields(card) if card else None


def card_fields(card: ModelCard) -> Card:
    """Return what a model's card says, each fact with its source."""
    kind = "a mixture of experts" if card.architecture == "moe" else "dense: every parameter works on every token"
    return Card(
        name=card.name,
        sentence=f"{card.family}, by {card.publisher}; {kind}; licence {card.licence}.",
        rows=tuple(_card_row(name, fact, card.sources[fact.source]) for name, fact in card.facts.items()),
    )


def _card_row(name: str, fact: CardFact, source: CardSource) -> CardRow:
    value = f"{fact.value:,f}" if isinstance(fact.value, Decimal) else fact.value
    note = f"sha256:{source.sha256}" if source.sha256 else f"read {source.read}"
    label = name.replace("_", " ").capitalize()
    return CardRow(label, f"{value} {fact.unit}".strip(), fact.note, SourceLink(source.title, source.url or ""), note)
