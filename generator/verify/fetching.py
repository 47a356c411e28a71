"""A site on a server, fetched over HTTP: 16 files at a time, within limits, and never from anywhere else.

A redirect is followed where it stays on the server (or leads to the same one by https), as hosts do that serve
`x/index.html` at `x/`. What a server compresses on the way is unpacked; digests are of what a page's reader gets.
aiohttp is imported here and nowhere else in the generator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from clawpub.errors import PublishError
from generator.progress import Progress
from generator.release.statement import STATEMENT
from generator.verify.copying import CHUNK, Budget, Copy, TooLarge
from generator.verify.origin import LIMITS, Got, Limits

if TYPE_CHECKING:
    import aiohttp

AT_A_TIME = 16
MAX_REDIRECTS = 4
_NOT_FOUND = frozenset({403, 404, 410})
"""403 is what an object store says of what is not there to somebody who may not list it."""
_PORTS = {"http": 80, "https": 443}


class Remote:
    def __init__(self, url: str, limits: Limits = LIMITS) -> None:
        """Raises: PublishError where this is no address of a site."""
        self._base = base_of(url)
        self._limits = limits
        self._budget = Budget(limits)

    @property
    def shown(self) -> str:
        return self._base

    def copy(self, names: Sequence[str], into: Path, progress: Progress, *, most: int = 0) -> Mapping[str, Got]:
        return asyncio.run(self._copy(names, into, progress, most or self._limits.file))

    def unlisted(self, names: Collection[str]) -> Sequence[str]:
        return ()

    async def _copy(self, names: Sequence[str], into: Path, progress: Progress, most: int) -> dict[str, Got]:
        import aiohttp

        limits = self._limits
        timeout = aiohttp.ClientTimeout(total=limits.file_s, sock_connect=limits.silence_s, sock_read=limits.silence_s)
        headers = {"Accept-Encoding": "identity", "User-Agent": "clawpub verify"}
        got: dict[str, Got] = {}
        waiting = iter(names)

        async def work(session: aiohttp.ClientSession) -> None:
            for name in waiting:
                got[name] = await self._file(session, name, into / name, most)
                progress("fetching", len(got), len(names))

        connector = aiohttp.TCPConnector(limit=AT_A_TIME)
        async with aiohttp.ClientSession(
            timeout=timeout, connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            await asyncio.gather(*(work(session) for _ in range(min(AT_A_TIME, len(names)))))
        return got

    async def _file(self, session: aiohttp.ClientSession, name: str, target: Path, most: int) -> Got:
        """Return what became of a file, tried again where a server failed or a connection broke."""
        got = Got(trouble="it was not asked for")
        for pause in (0, *self._limits.pauses_s):
            await asyncio.sleep(pause)
            got, final = await self._once(session, self._base + quote(name, safe="/~"), name, target, most)
            if final:
                break
        return got

    async def _once(
        self, session: aiohttp.ClientSession, url: str, name: str, target: Path, most: int
    ) -> tuple[Got, bool]:
        """Return what became of a file, and whether asking again would change nothing."""
        import aiohttp
        from yarl import URL

        try:
            for _ in range(MAX_REDIRECTS + 1):
                async with session.get(URL(url, encoded=True), allow_redirects=False) as answer:
                    if 300 <= answer.status < 400 and "Location" in answer.headers:
                        url = _redirected(url, answer.headers["Location"])
                        continue
                    return await self._answered(answer, name, target, most)
            return Got(trouble=f"the server redirects more than {MAX_REDIRECTS} times"), True
        except _Refused as error:
            return Got(trouble=str(error)), True
        except TooLarge as error:
            return Got(trouble=str(error)), True
        except TimeoutError:
            return Got(trouble=f"the server said nothing for {self._limits.silence_s:g} s, or was too slow"), False
        except aiohttp.InvalidURL:
            return Got(trouble="the server redirects to what is no address"), True
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Got(trouble=f"the connection failed: {_words(error)}"), False

    async def _answered(self, answer: aiohttp.ClientResponse, name: str, target: Path, most: int) -> tuple[Got, bool]:
        says_so = (404, "404.html")  # the page of what is not there may say that it is not
        if answer.status in _NOT_FOUND and (answer.status, name) != says_so:
            return Got(trouble=f"the server says {answer.status}", missing=True), True
        if answer.status != 200 and (answer.status, name) != says_so:
            return Got(trouble=f"the server says {answer.status}"), answer.status < 500 and answer.status != 429
        if (answer.content_length or 0) > most:
            raise TooLarge(f"the server says that it has {answer.content_length:,} bytes, expected at most {most:,}")
        with Copy(target, most, self._budget) as copy:
            async for chunk in answer.content.iter_chunked(CHUNK):
                copy.write(chunk)
            return copy.got(), True


class _Refused(Exception):
    """A redirect that leads elsewhere."""


def base_of(url: str) -> str:
    """Return the address of a site's root, with a slash at its end, of whatever address in it somebody copied.

    Raises: PublishError where it is no address of HTTP.
    """
    with _parsing(url):
        parts = urlsplit(url.strip())
        named = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    if not named or any(sign.isspace() or not sign.isprintable() for sign in url.strip()):
        raise PublishError(f"{url[:200]!r} is no address of a site", hint="expected https://example.org/ or a folder")
    if parts.username or parts.password:
        raise PublishError("an address with a name or a password in it", hint="a published site needs neither")
    path = parts.path
    if path.endswith(("/index.html", f"/{STATEMENT}")):
        path = path.rpartition("/")[0]
    path = quote(path.rstrip("/"), safe="/%~@:!$&'()*+,;=")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", ""))


@contextmanager
def _parsing(url: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise PublishError(f"{url[:200]!r} is no address: {error}", hint="expected https://example.org/") from None


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads. Raises: _Refused where that is another server."""
    target = urlsplit(urljoin(url, location))
    if _origin(target.geturl()) == _origin(url) or _is_safer(url, target.geturl()):
        return urlunsplit((target.scheme, target.netloc, target.path, target.query, ""))
    raise _Refused(f"the server redirects elsewhere, to {location[:200]!r}")


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _is_safer(url: str, target: str) -> bool:
    """Return whether a redirect leads from http to the same host's https."""
    return _origin(url) == ("http", urlsplit(url).hostname, 80) and _origin(target) == (
        "https",
        urlsplit(url).hostname,
        443,
    )


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
