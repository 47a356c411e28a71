"""`clawpub mail`: an edition as a letter, to those who asked for it."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from clawpub.cli.output import find_root, json_option, monotonic, print_json, printable, root_option, shown, utc_now
from clawpub.cli.report import print_text
from clawpub.cli.status import Status
from clawpub.errors import ConfigError

if TYPE_CHECKING:
    from generator.mail.delivery import Again, Delivered
    from generator.mail.letter import Letter, LetterReport
    from generator.mail.message import Envelope
    from generator.mail.recipients import Recipient, Recipients
    from generator.mail.sender import Sender
    from generator.mail.settings import MailSettings

KEY = "CLAWPUB_MAIL_KEY"
USER, PASSWORD = "CLAWPUB_SMTP_USER", "CLAWPUB_SMTP_PASSWORD"
DKIM_KEY = "CLAWPUB_DKIM_KEY"
MIN_KEY = 16
PORTS = {"smtp": 587, "smtps": 465}
MOST_SHOWN = 20


@click.command()
@click.argument("edition")
@root_option
@click.option("--list", "list_file", type=click.Path(path_type=Path, dir_okay=False), help="Readers, in CSV or JSONL.")
@click.option("--suppress", type=click.Path(path_type=Path, dir_okay=False), help="Addresses to which nothing goes.")
@click.option("--to", "proofs", multiple=True, metavar="ADDRESS", help="Send a proof to this address, and to no list.")
@click.option("--eml", type=click.Path(path_type=Path, dir_okay=False), help="Write a proof into this file.")
@click.option("--via", help="smtp://host:587, smtps://host or ses://region; default: [mail] of publish.toml.")
@click.option("--rate", type=click.FloatRange(0, 1000, min_open=True), help="Messages a second.")
@click.option("--dry-run", is_flag=True, help="Say who would get it, and send nothing.")
@click.option("--yes", is_flag=True, help="Send to the list without asking.")
@click.option("--unpublished", is_flag=True, help="Send though the site does not hold the edition yet.")
@click.option("--retry-in-doubt", is_flag=True, help="Send to those too of whom nobody knows whether they have it.")
@click.option("--retry-refused", is_flag=True, help="Send to those too whom the server refused.")
@click.option("--changed-letter", is_flag=True, help="Send the letter to the rest though it changed since.")
@json_option
def mail(
    edition: str,
    root: Path | None,
    list_file: Path | None,
    suppress: Path | None,
    proofs: tuple[str, ...],
    eml: Path | None,
    via: str | None,
    rate: float | None,
    dry_run: bool,
    yes: bool,
    unpublished: bool,
    retry_in_doubt: bool,
    retry_refused: bool,
    changed_letter: bool,
    as_json: bool,
) -> None:
    """Send EDITION, such as 2026-W48, as a letter: checked anew, once to each reader, and only when it is published.

    Interrupt it whenever you like: the next run goes on with those who have not had it. [mail] of publish.toml says
    who writes and by which way; CLAWPUB_SMTP_USER, CLAWPUB_SMTP_PASSWORD, CLAWPUB_DKIM_KEY (a file) and
    CLAWPUB_MAIL_KEY (signs what takes a reader off) come from the environment.

    \b
    clawpub mail 2026-W48 --eml proof.eml
    clawpub mail 2026-W48 --to me@example.org
    clawpub mail 2026-W48 --list readers.csv --dry-run
    clawpub mail 2026-W48 --list readers.csv --suppress unsubscribed.txt
    """
    from generator.mail.delivery import Again

    root = find_root(root)
    if bool(list_file) == bool(proofs or eml):
        raise ConfigError("name --list, or a proof: --to or --eml", hint="clawpub mail 2026-W48 --to me@example.org")
    post = _post(root, via, rate)
    letter = _letter(root, edition, post, proof=list_file is None, as_json=as_json)
    if list_file is None:
        told = _proof(letter, post, proofs, eml, dry_run=dry_run)
    else:
        again = Again(in_doubt=retry_in_doubt, refused=retry_refused, changed=changed_letter)
        post.settings.require_unsubscribing()
        told = _to_list(root, letter, post, (list_file, suppress), again, _Asked(dry_run, yes, unpublished))
    told = {"edition": letter.week, "subject": letter.subject, **_sizes(letter), **told}
    if as_json:
        print_json(told)
    else:
        _print(told)
    if told.get("stopped") == "interrupted":
        sys.exit(130)
    sys.exit(1 if any(told.get(name) for name in ("stopped", "refused", "not_taken", "in_doubt")) else 0)


# --- by which way, and what ---


@dataclass(frozen=True)
class _Post:
    """By which way letters go."""

    settings: MailSettings
    via: str
    rate_per_s: float
    key: bytes
    base_url: str


@dataclass(frozen=True)
class _Asked:
    dry_run: bool
    yes: bool
    unpublished: bool


def _post(root: Path, via: str | None, rate: float | None) -> _Post:
    from generator.project import load_project
    from generator.publishing import PUBLISHING, load_publishing

    settings = load_publishing(root).mail
    if settings is None:
        raise ConfigError(
            "no [mail] here",
            at=root / PUBLISHING,
            hint='it needs sender = "NAME <ADDRESS>" and list_id = "weekly.example.org"; see docs/mail.md',
        )
    key = os.environ.get(KEY, "")
    return _Post(
        settings,
        via or settings.via or "",
        rate or settings.rate_per_s,
        key.encode() or hashlib.sha256(settings.list_id.encode()).digest(),
        load_project(root).site.base_url,
    )


def _letter(root: Path, week: str, post: _Post, *, proof: bool, as_json: bool) -> Letter:
    """Return the letter; where its check finds an error, say so and end."""
    from generator.mail.edition import letter_of

    with Status() as status:
        report: LetterReport = letter_of(
            root, week, drafts=proof, today=None if proof else utc_now().date(), progress=status
        )
    errors = [finding for finding in report.findings if finding.severity == "error"]
    if report.letter is None:
        print_text(errors)
        click.echo(f"{len(errors)} error{'s' * (len(errors) != 1)}: no letter", err=True)
        sys.exit(1)
    if report.shortened and not as_json:
        click.echo("note: the writeups are too long for one letter: each begins there and goes on on the web", err=True)
    return report.letter


def _sizes(letter: Letter) -> dict[str, Any]:
    return {"html_bytes": letter.html_bytes, "text_bytes": letter.text_bytes, "image_bytes": letter.image_bytes}


def _envelope(post: _Post, *, proof: bool) -> Envelope:
    from generator.mail.message import Envelope

    return Envelope(post.settings, post.key, utc_now().replace(microsecond=0), proof=proof)


@contextmanager
def _sender(post: _Post) -> Iterator[Sender]:
    from generator.mail.settings import mailbox
    from generator.mail.smtp import Server, Smtp

    parts = urlsplit(post.via)
    sender: Sender
    try:
        port = parts.port
    except ValueError:
        port = 0
    match parts.scheme:
        case "ses" if parts.netloc:
            sender = _ses(post)
        case "smtp" | "smtps" if parts.hostname and port != 0 and parts.username is None:
            if post.settings.contact_list:
                raise ConfigError(
                    "`contact_list` is kept by SES, which alone puts its readers' way off into a letter",
                    hint="send by ses://region, or set `unsubscribe` in its place",
                )
            server = Server(
                parts.hostname,
                port or PORTS[parts.scheme],
                parts.scheme == "smtps",
                os.environ.get(USER, ""),
                os.environ.get(PASSWORD, ""),
                os.environ.get("SSL_CERT_FILE"),
            )
            sender = Smtp(server, mailbox(post.settings.sender).addr_spec, _dkim(post))
        case _:
            raise ConfigError(
                f"{post.via!r} is no way for mail" if post.via else "by which way the letters go is not said",
                hint="smtp://host:587, smtps://host or ses://region, by --via or [mail] of publish.toml; "
                f"user and password by {USER} and {PASSWORD}",
            )
    try:
        yield sender
    finally:
        sender.close()


def _ses(post: _Post) -> Any:
    from generator.mail.ses import Ses
    from generator.publish.s3 import sdk

    return Ses(sdk("sesv2", region=urlsplit(post.via).netloc, attempts=1), post.settings)


def _dkim(post: _Post) -> Any:
    from generator.mail.smtp import Dkim

    if post.settings.dkim_selector is None:
        return None
    if not (file := os.environ.get(DKIM_KEY)):
        raise ConfigError(f"{DKIM_KEY} is not set", hint="it names the file of the private key, in PEM")
    try:
        key = Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", at=Path(file)) from None
    return Dkim(post.settings.dkim_selector, post.settings.domain, key)


# --- a proof ---


def _proof(letter: Letter, post: _Post, proofs: tuple[str, ...], eml: Path | None, *, dry_run: bool) -> dict[str, Any]:
    from generator.mail.message import message_for
    from generator.mail.recipients import Recipient
    from generator.mail.settings import ascii_domain, mailbox, wrong_with

    readers = [Recipient(ascii_domain(address)) for address in proofs]
    for reader in readers:
        if wrong := wrong_with(reader.address):
            raise ConfigError(f"{reader.address!r} is no address: {wrong}")
    envelope = _envelope(post, proof=True)
    told: dict[str, Any] = {"proof": True, "dry_run": dry_run}
    if eml is not None:
        message = message_for(letter, Recipient(mailbox(post.settings.sender).addr_spec), envelope)
        told |= {"eml": shown(eml), "message_bytes": len(message)}
        if not dry_run:
            try:
                eml.write_bytes(message)
            except OSError as error:
                raise ConfigError(f"cannot be written: {error.strerror}", at=eml) from None
    if readers and not dry_run:
        told |= _send_proofs(letter, post, readers, envelope)
    return told | {"to": [reader.address for reader in readers]}


def _send_proofs(letter: Letter, post: _Post, readers: list[Recipient], envelope: Envelope) -> dict[str, Any]:
    from generator.mail.message import message_for
    from generator.mail.sender import InDoubt, NotTaken, Refused

    bad: dict[str, list[tuple[str, str]]] = {"refused": [], "not_taken": []}
    sent = 0
    with _sender(post) as sender:
        for reader in readers:
            try:
                sender.send(reader.address, message_for(letter, reader, envelope))
                sent += 1
            except Refused as error:
                bad["refused"].append((reader.address, str(error)))
            except (NotTaken, InDoubt) as error:
                bad["not_taken"].append((reader.address, str(error)))
    return {"sent": sent, **bad}


# --- to a list ---


def _to_list(
    root: Path, letter: Letter, post: _Post, lists: tuple[Path, Path | None], again: Again, asked: _Asked
) -> dict[str, Any]:
    from generator.mail.delivery import Clock, deliver, left, require_letter
    from generator.mail.outbox import open_outbox
    from generator.mail.published import why_not_published
    from generator.mail.recipients import load_recipients, load_suppressed
    from generator.urls import edition_url

    unwanted = load_suppressed(lists[1]) if lists[1] else frozenset()
    with _sender(post) as sender:
        notes, rate, held_back = _of_account(sender, post)
        readers = load_recipients(lists[0], unwanted | held_back)
        missing = why_not_published(post.base_url, edition_url(letter.week.lower()))
        if missing and not (asked.unpublished or asked.dry_run):
            raise ConfigError(
                f"the edition is not published: {missing}",
                hint="publish it first, since its marks lead there; --unpublished sends it all the same",
            )
        notes += [f"the edition is not published: {missing}"] if missing else []
        _require_key(post, readers.readers)
        with open_outbox(root / ".clawpub" / "mail" / f"{letter.week}.sqlite", secrets.token_hex(16)) as outbox:
            require_letter(outbox, letter, again)
            wanted = left(outbox, readers.readers, again)
            counts = _counts(readers)
            if asked.dry_run:
                return {**counts, "dry_run": True, "to_send": len(wanted), "notes": notes}
            _confirm(letter, len(wanted), post, yes=asked.yes)
            with Status() as status, _stoppable() as stop:
                clock = Clock(utc_now, monotonic, _sleep(stop), stop.is_set)
                done = deliver(
                    letter,
                    readers.readers,
                    _envelope(post, proof=False),
                    sender,
                    outbox,
                    clock,
                    rate_per_s=rate,
                    again=again,
                    progress=status,
                )
    return {**counts, "dry_run": False, **_done(done), "notes": notes}


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Give what is set by the first Ctrl-C or SIGTERM, which finishes the running message; a second one does not."""
    stop = threading.Event()

    def on_interrupt(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, on_interrupt) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _sleep(stop: threading.Event) -> Callable[[float], None]:
    def sleep(pause_s: float) -> None:
        stop.wait(pause_s)

    return sleep


def _require_key(post: _Post, readers: tuple[Recipient, ...]) -> None:
    made = post.settings.unsubscribe and any(not reader.token for reader in readers)
    if made and len(os.environ.get(KEY, "")) < MIN_KEY:
        raise ConfigError(
            f"{KEY} is not set, or shorter than {MIN_KEY} letters: it signs what takes a reader off the list",
            hint=f"export {KEY} with a long random text, the same for ever; or give each reader a `token` in the list",
        )


def _of_account(sender: Sender, post: _Post) -> tuple[list[str], float, frozenset[str]]:
    """Return notes, the rate, and the addresses that the sending account itself holds back."""
    from generator.mail.ses import Ses

    if not isinstance(sender, Ses):
        return [], post.rate_per_s, frozenset()
    notes, rate = [], post.rate_per_s
    if (quota := sender.quota()) is None:
        notes.append("SES does not say how much may be sent")
    else:
        rate = min(rate, quota.rate_per_s or rate)
        notes.append(f"SES lets {quota.left_today:.0f} more messages go today, {quota.rate_per_s:g} a second")
    if (held_back := sender.suppressed()) is None:
        notes.append("SES does not say which addresses it holds back")
    return notes, rate, held_back or frozenset()


def _confirm(letter: Letter, count: int, post: _Post, *, yes: bool) -> None:
    if yes or not count:
        return
    if not sys.stdin.isatty():
        raise ConfigError(f"{count} letters would go", hint="say --yes to send them; --dry-run only counts")
    click.confirm(f"send {letter.subject!r} to {count} readers by {post.via}?", abort=True, err=True)


def _counts(readers: Recipients) -> dict[str, Any]:
    return {
        "readers": len(readers.readers),
        "twice": readers.twice,
        "suppressed": readers.suppressed,
        "unusable": [{"line": each.line, "why": each.why} for each in readers.unusable],
    }


def _done(done: Delivered) -> dict[str, Any]:
    return {
        "sent": done.sent,
        "had_it": done.before,
        "refused": done.refused,
        "not_taken": done.not_taken,
        "in_doubt": done.in_doubt,
        "waiting": done.waiting,
        "stopped": done.stopped,
    }


def _print(told: dict[str, Any]) -> None:
    for note in told.get("notes", ()):
        click.echo(f"note: {note}", err=True)
    click.echo(f"{told['edition']}: {printable(told['subject'])}")
    sizes = {"HTML": told["html_bytes"], "text": told["text_bytes"], "pictures": told["image_bytes"]}
    click.echo("  " + ", ".join(f"{name} {size / 1000:.1f} KB" for name, size in sizes.items()))
    if told.get("eml") and not told["dry_run"]:
        click.echo(f"  written to {told['eml']}, {told['message_bytes'] / 1000:.1f} KB")
    for each in told.get("unusable", ())[:MOST_SHOWN]:
        click.echo(f"  line {each['line']} of the list: {printable(each['why'])}", err=True)
    for word in ("refused", "not_taken"):
        for address, why in told.get(word, ())[:MOST_SHOWN]:
            click.echo(f"  {word.replace('_', ' ')}: {printable(address)}: {printable(why)}", err=True)
    names = "readers to_send sent had_it twice suppressed refused not_taken in_doubt waiting".split()
    counts = {name: len(told[name]) if isinstance(told[name], list) else told[name] for name in names if name in told}
    counts |= {"unusable": len(told["unusable"])} if told.get("unusable") else {}
    if counts:
        click.echo("  " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    if told.get("in_doubt"):
        click.echo("  in doubt: nobody knows whether they have it; --retry-in-doubt sends it again", err=True)
    if told.get("stopped"):
        click.echo(f"stopped: {told['stopped']}; the same command goes on", err=True)
