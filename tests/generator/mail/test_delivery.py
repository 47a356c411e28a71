"""Letters on their way to a real SMTP server that takes, refuses, puts off, and goes away in the middle."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from clawpub.errors import PublishError
from generator.mail.delivery import MOST_IN_A_ROW, PAUSES_S, Again, Clock, Delivered, deliver
from generator.mail.letter import Letter
from generator.mail.message import Envelope
from generator.mail.outbox import Outbox, open_outbox
from generator.mail.recipients import Recipient
from generator.mail.smtp import Server, Smtp
from tests.generator.mail.letters import SETTINGS, Taken, mail_server, parsed, small_letter

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
ENVELOPE = Envelope(SETTINGS, b"key", NOW)
READERS = [Recipient(f"reader-{number}@example.org") for number in range(5)]


class Waiting:
    """A clock whose time passes by waiting alone."""

    def __init__(self) -> None:
        self.time_s = 0.0
        self.waits: list[float] = []

    def sleep(self, pause_s: float) -> None:
        self.waits.append(pause_s)
        self.time_s += pause_s

    @property
    def clock(self) -> Clock:
        return Clock(lambda: NOW, lambda: self.time_s, self.sleep)


@contextmanager
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with open_outbox(tmp_path / "mail" / "2026-W48.sqlite", "salt") as opened:
        yield opened


def sent(
    tmp_path: Path,
    port: int,
    readers: Sequence[Recipient] = READERS,
    letter: Letter | None = None,
    again: Again | None = None,
    waiting: Waiting | None = None,
    rate_per_s: float = 1000,
) -> Delivered:
    clock = (waiting or Waiting()).clock
    by = Smtp(Server("127.0.0.1", port, False), "weekly@clawworks.example", timeout_s=5)
    letter = letter or small_letter()
    with outbox(tmp_path) as box, closing(by) as sender:
        return deliver(letter, readers, ENVELOPE, sender, box, clock, rate_per_s=rate_per_s, again=again)


def addresses(readers: Sequence[Recipient] = READERS) -> list[str]:
    return [reader.address for reader in readers]


def test_each_reader_gets_the_letter_once_however_often_it_is_sent(tmp_path: Path) -> None:
    taken = Taken()
    with mail_server(taken) as port:
        assert sent(tmp_path, port, READERS[:3]).sent == 3
        done = sent(tmp_path, port)
        assert (done.sent, done.before, done.waiting) == (2, 3, 0)
        assert sent(tmp_path, port, [Recipient("READER-0@EXAMPLE.ORG")]).before == 1
    assert taken.readers == addresses()
    text = parsed(taken.messages[0][1]).get_body(("plain",))
    assert text is not None and "23 of 30 runs passed.\n.\n..dots" in text.get_content().replace("\r\n", "\n")


def test_a_refused_reader_is_told_and_the_others_get_theirs(tmp_path: Path) -> None:
    taken = Taken(on_rcpt=lambda address: "550 no such mailbox" if "-1@" in address else "250 OK")
    with mail_server(taken) as port:
        done = sent(tmp_path, port)
        assert done.refused == [("reader-1@example.org", "550 no such mailbox")] and done.sent == 4
        assert sent(tmp_path, port).before == 5
    assert taken.readers == [address for address in addresses() if "-1@" not in address]


def test_what_a_server_puts_off_is_offered_again_after_a_while(tmp_path: Path) -> None:
    answers = iter(["451 later", "452 later", "421 going down", "250 OK"])
    waiting = Waiting()
    with mail_server(Taken(on_data=lambda address: next(answers, "250 OK"))) as port:
        done = sent(tmp_path, port, waiting=waiting)
    assert done.sent == 5 and not done.not_taken and waiting.waits[:3] == list(PAUSES_S[:3])


def test_what_a_server_never_takes_is_left_for_another_run(tmp_path: Path) -> None:
    taken = Taken(on_rcpt=lambda address: "450 full" if "-2@" in address else "250 OK")
    with mail_server(taken) as port:
        done = sent(tmp_path, port)
        assert done.not_taken == [("reader-2@example.org", "450 full")] and done.sent == 4
        taken.on_rcpt = lambda address: "250 OK"
        assert sent(tmp_path, port).sent == 1
    assert sorted(taken.readers) == addresses()


def test_a_server_that_takes_a_message_and_goes_away_leaves_a_doubt_and_no_second_letter(tmp_path: Path) -> None:
    taken = Taken(on_data=lambda address: "taken, and the line goes dead" if "-1@" in address else "250 OK")
    with mail_server(taken) as port:
        done = sent(tmp_path, port)
        assert (done.sent, done.in_doubt, done.waiting) == (4, 1, 0)
        again = sent(tmp_path, port)
        assert (again.sent, again.before, again.in_doubt) == (0, 4, 1)
    assert sorted(taken.readers) == addresses()
    taken.on_data = lambda address: "250 OK"
    with mail_server(taken) as port:
        assert sent(tmp_path, port, again=Again(in_doubt=True)).sent == 1


def test_after_many_refusals_in_a_row_the_list_is_not_burnt(tmp_path: Path) -> None:
    many = [Recipient(f"r{number}@example.org") for number in range(50)]
    with mail_server(Taken(on_rcpt=lambda address: "554 you are on a list")) as port:
        done = sent(tmp_path, port, many)
    assert "in a row" in done.stopped and len(done.refused) == MOST_IN_A_ROW and done.waiting == 50 - MOST_IN_A_ROW


def test_a_sender_that_is_refused_ends_the_run_and_nobody_is_marked(tmp_path: Path) -> None:
    taken = Taken(on_mail=lambda address: "550 not you")
    with mail_server(taken) as port:
        with pytest.raises(PublishError, match="refuses the sender: 550 not you"):
            sent(tmp_path, port)
        taken.on_mail = lambda address: "250 OK"
        assert sent(tmp_path, port).sent == 5


def test_another_letter_to_the_rest_has_to_be_meant(tmp_path: Path) -> None:
    taken = Taken()
    with mail_server(taken) as port:
        sent(tmp_path, port, READERS[:2])
        with pytest.raises(PublishError, match="the letter is another"):
            sent(tmp_path, port, letter=small_letter("24 of 30 runs passed."))
        done = sent(tmp_path, port, letter=small_letter("24 of 30 runs passed."), again=Again(changed=True))
    assert (done.sent, done.before) == (3, 2) and taken.readers == addresses()


def test_letters_go_no_faster_than_the_rate(tmp_path: Path) -> None:
    waiting = Waiting()
    with mail_server(Taken()) as port:
        sent(tmp_path, port, waiting=waiting, rate_per_s=4)
    assert waiting.time_s == pytest.approx(1.0) and len(waiting.waits) == 4


def test_it_stops_between_two_messages_when_asked_to(tmp_path: Path) -> None:
    taken = Taken()
    with mail_server(taken) as port, outbox(tmp_path) as box:
        with closing(Smtp(Server("127.0.0.1", port, False), "weekly@clawworks.example")) as sender:
            clock = Clock(lambda: NOW, lambda: 0.0, lambda pause_s: None, lambda: len(taken.messages) == 2)
            done = deliver(small_letter(), READERS, ENVELOPE, sender, box, clock, rate_per_s=1000)
        assert (done.sent, done.waiting, done.stopped) == (2, 3, "interrupted")


def test_one_run_at_a_time(tmp_path: Path) -> None:
    with outbox(tmp_path), pytest.raises(PublishError, match="being sent already"), outbox(tmp_path):
        pass


def test_the_journal_holds_no_address(tmp_path: Path) -> None:
    with mail_server(Taken()) as port:
        sent(tmp_path, port)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "mail").iterdir())
    assert b"reader-" not in stored and b"2026" in stored


def test_a_journal_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "2026-W48.sqlite").write_bytes(b"not a database, and long enough to be taken for one" * 40)
    with mail_server(Taken()) as port, pytest.raises(PublishError, match="nobody knows who has the letter"):
        sent(tmp_path, port)


def test_nobody_answers(tmp_path: Path) -> None:
    done = sent(tmp_path, 9, READERS[:1])
    assert "Connection refused" in done.not_taken[0][1]


def test_readers_who_are_put_off_wait_behind_the_others_and_each_run_gets_further(tmp_path: Path) -> None:
    """Ten full mailboxes at the head of a list end a run; the next one begins behind them."""
    many = [Recipient(f"full-{number}@example.org") for number in range(MOST_IN_A_ROW)] + READERS
    taken = Taken(on_rcpt=lambda address: "452 full" if "full" in address else "250 OK")
    with mail_server(taken) as port:
        done = sent(tmp_path, port, many)
        assert "in a row did not get it: 452 full" in done.stopped
        assert (done.sent, len(done.not_taken), done.waiting) == (0, MOST_IN_A_ROW, 5)
        done = sent(tmp_path, port, many)
    assert (done.sent, len(done.not_taken), done.waiting) == (5, MOST_IN_A_ROW, 0) and taken.readers == addresses()


def test_one_who_is_put_off_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    waiting = Waiting()
    order: list[str] = []

    def put_off(address: str) -> str:
        order.append(address)
        return "451 greylisted" if order.count(address) == 1 and "-1@" in address else "250 OK"

    with mail_server(Taken(on_rcpt=put_off)) as port:
        assert sent(tmp_path, port, waiting=waiting).sent == 5
    assert order == [*addresses(), "reader-1@example.org"]
    assert [pause_s for pause_s in waiting.waits if pause_s >= PAUSES_S[0]] == [PAUSES_S[0]]


def test_a_server_that_is_shut_ends_the_run_after_some_patience(tmp_path: Path) -> None:
    many = [Recipient(f"r{number}@example.org") for number in range(50)]
    waiting = Waiting()
    taken = Taken(on_mail=lambda address: "451 too fast")
    with mail_server(taken) as port:
        done = sent(tmp_path, port, many, waiting=waiting)
        assert done.stopped == "the server takes nothing now: 451 too fast"
        assert sum(waiting.waits) == pytest.approx(sum(PAUSES_S), abs=0.1)
        assert (done.sent, done.refused, done.in_doubt) == (0, [], 0)
        taken.on_mail = lambda address: "250 OK"
        assert sent(tmp_path, port, many).sent == 50


def test_a_server_that_never_answers_leaves_few_in_doubt(tmp_path: Path) -> None:
    many = [Recipient(f"r{number}@example.org") for number in range(50)]
    with mail_server(Taken(on_data=lambda address: "taken, and the line goes dead")) as port:
        done = sent(tmp_path, port, many)
    assert "3 letters in a row got no answer" in done.stopped and (done.in_doubt, done.waiting) == (3, 47)


def test_what_is_in_doubt_stays_so_until_it_goes_again(tmp_path: Path) -> None:
    taken = Taken(on_data=lambda address: "taken, and the line goes dead")
    with mail_server(taken) as port:
        assert sent(tmp_path, port, READERS[:1]).in_doubt == 1
        taken.on_data, taken.on_mail = (lambda address: "250 OK"), (lambda address: "550 not you")
        with pytest.raises(PublishError, match="refuses the sender"):
            sent(tmp_path, port, READERS[:1], again=Again(in_doubt=True))
        taken.on_mail = lambda address: "250 OK"
        assert sent(tmp_path, port, READERS[:1]).in_doubt == 1
        assert sent(tmp_path, port, READERS[:1], again=Again(in_doubt=True)).sent == 1


def test_a_server_that_refused_all_and_was_wrong_can_be_asked_again(tmp_path: Path) -> None:
    many = [Recipient(f"r{number}@example.org") for number in range(15)]
    taken = Taken(on_rcpt=lambda address: "554 relaying denied")
    with mail_server(taken) as port:
        assert len(sent(tmp_path, port, many).refused) == MOST_IN_A_ROW
        taken.on_rcpt = lambda address: "250 OK"
        done = sent(tmp_path, port, many, again=Again(refused=True))
    assert (done.sent, done.before) == (15, 0) and len(set(taken.readers)) == 15


def test_a_letter_that_nobody_has_can_be_changed(tmp_path: Path) -> None:
    taken = Taken(on_rcpt=lambda address: "451 later")
    with mail_server(taken) as port:
        sent(tmp_path, port, READERS[:1])
        taken.on_rcpt = lambda address: "250 OK"
        assert sent(tmp_path, port, letter=small_letter("24 of 30 runs passed.")).sent == 5


def test_a_sender_that_is_thrown_out_in_the_middle_leaves_a_summary(tmp_path: Path) -> None:
    taken = Taken()
    taken.on_mail = lambda address: "550 account suspended" if len(taken.messages) == 2 else "250 OK"
    with mail_server(taken) as port:
        done = sent(tmp_path, port)
        assert "account suspended" in done.stopped and (done.sent, done.waiting) == (2, 3)
        taken.on_mail = lambda address: "250 OK"
        assert sent(tmp_path, port).sent == 3
    assert sorted(taken.readers) == addresses()


# --- encryption and passwords ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    made += " -addext subjectAltName=DNS:localhost"
    subprocess.run(made.split(), cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


def check_password(
    server: object, session: object, envelope: object, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == b"right", handled=False)


def test_a_password_goes_encrypted_alone_and_a_wrong_one_ends_the_run(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    trusted, context = certificate
    taken = Taken()
    with mail_server(taken, tls_context=context, require_starttls=True, authenticator=check_password) as port:

        def send(password: str, cafile: str | None) -> None:
            server = Server("localhost", port, False, "weekly", password, cafile)
            with closing(Smtp(server, "weekly@clawworks.example")) as sender:
                sender.send("ada@example.org", b"Subject: x\r\n\r\nx\r\n")

        send("right", str(trusted))
        assert taken.readers == ["ada@example.org"]
        with pytest.raises(PublishError, match="does not know the user or the password"):
            send("wrong", str(trusted))


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    made = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=other"
    subprocess.run(made.split(), cwd=tmp_path, check=True, capture_output=True)
    with mail_server(Taken(), tls_context=certificate[1]) as port:
        server = Server("localhost", port, False, trusted=str(tmp_path / "c.pem"))
        with closing(Smtp(server, "weekly@clawworks.example")) as sender, pytest.raises(PublishError, match="to trust"):
            sender.send("ada@example.org", b"Subject: x\r\n\r\nx\r\n")
