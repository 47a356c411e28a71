"""What a page may load and do: one source for each page's `<meta>` and for `_headers`, of which hosts make headers.

A layout names what it needs where it loads it: `{{ "scripts wasm"|policy }}`. A browser obeys the header and the
`<meta>` both, so the header allows what any page may need, and each page's own `<meta>` takes the rest away again.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

HEADERS = "_headers"
IMMUTABLE = "public, max-age=31536000, immutable"
"""How long a file whose name holds its digest may be kept."""
BRIEF = "public, max-age=300"
"""How long everything else may be kept."""

NEEDS = {
    "scripts": {"script-src": "'self'"},
    "wasm": {"script-src": "'wasm-unsafe-eval'"},
    "fetch": {"connect-src": "'self'"},
}
"""What a layout may ask for, by the word it asks with: files of this site only, each of them."""

_BASE = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_IN_HEADERS_ONLY = {"frame-ancestors": "'none'"}
"""What a `<meta>` cannot say."""

_PERMISSIONS = (
    "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb".split()
)


def page_policy(needs: str = "") -> Markup:
    """Return the Content-Security-Policy of a page whose layout needs these, of `NEEDS`, set apart by blanks.

    Raises: KeyError where a layout asks for what there is not.
    """
    return Markup(_written(_BASE, needs.split()))


def _written(base: dict[str, str], needs: Iterable[str]) -> str:
    directives = dict(base)
    for need in needs:
        for name, value in NEEDS[need].items():
            directives[name] = f"{directives[name]} {value}" if name in directives else value
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def headers_file(paths: Iterable[str]) -> bytes:
    """Return `_headers`, as Netlify and Cloudflare Pages read it, of a site with these files.

    Hosts join what two rules say of one header, which would make one policy of two or no sense at all: so each header
    stands in one rule only for any path.
    """
    always = {
        "Content-Security-Policy": _written(_BASE | _IN_HEADERS_ONLY, NEEDS),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _PERMISSIONS),
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    rules = [("/*", always), ("/assets/*", {"Cache-Control": IMMUTABLE})]
    tops = {path.split("/")[0] + ("/*" if "/" in path else "") for path in paths} - {"assets/*"}
    rules += [(place, {"Cache-Control": BRIEF}) for place in ("/", *(f"/{top}" for top in sorted(tops)))]
    return "".join(_rule(place, headers) for place, headers in rules).encode()


def _rule(place: str, headers: dict[str, str]) -> str:
    return f"{place}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
