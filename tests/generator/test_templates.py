"""The theme: each layout uses what its context gives, and a publication's own files go before the default ones."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from generator.mail.picture import TEMPLATE as PICTURE
from generator.mail.picture import PictureDrawing
from generator.mail.setting import LETTERS
from generator.pages.contexts import Page
from generator.pages.render import LAYOUTS, Theme, default_templates, load_theme


@pytest.fixture(scope="module")
def theme() -> Theme:
    return load_theme()


def variables_of(theme: Theme, name: str) -> set[str]:
    """Return the variables that a template and what it extends or includes take from its context."""
    source, _, _ = theme.environment.loader.get_source(theme.environment, name)  # type: ignore[union-attr]
    tree = theme.environment.parse(source)
    found = meta.find_undeclared_variables(tree) - {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(node, nodes.Extends | nodes.Include)
        assert isinstance(node.template, nodes.Const)
        found |= variables_of(theme, node.template.value)
    return found


@pytest.mark.parametrize(("context", "layout"), LAYOUTS.items(), ids=lambda value: getattr(value, "__name__", value))
def test_each_layout_uses_exactly_the_fields_of_its_context(theme: Theme, context: type[Page], layout: str) -> None:
    used = variables_of(theme, layout)
    if layout == "layouts/demo.html":
        used.discard("predictions")  # set by `with` around the partial that uses it
    assert used == {field.name for field in dataclasses.fields(context)}


@pytest.mark.parametrize(("context", "template"), [*LETTERS.items(), (PictureDrawing, PICTURE)])
def test_each_template_of_a_letter_uses_exactly_the_fields_of_its_context(
    theme: Theme, context: type, template: str
) -> None:
    assert variables_of(theme, template) == {field.name for field in dataclasses.fields(context)}


def test_no_template_marks_anything_safe_or_styles_in_place() -> None:
    for file in default_templates().rglob("*.html"):
        text = re.sub(r'<script (?:type="application/(?:ld\+)?json"|src=)', "", file.read_text())
        for banned in ("|safe", "| safe", "autoescape false", "style=", "<style", "<script", " onclick", " onload"):
            assert banned not in text, f"{file.name}: {banned}"


def test_every_colour_is_a_token() -> None:
    for file in (default_templates() / "assets" / "css").glob("*.css"):
        if file.name not in ("tokens.css", "print.css"):
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", file.read_text()), file.name


def test_every_token_that_is_used_is_defined() -> None:
    texts = {file.name: file.read_text() for file in (default_templates() / "assets" / "css").glob("*.css")}
    defined = set(re.findall(r"(--[\w-]+):", texts["tokens.css"]))
    for name, text in texts.items():
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined, name


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_colours_meet_the_contrast_of_wcag_aa(scheme: str) -> None:
    text = (default_templates() / "assets" / "css" / "tokens.css").read_text()
    light, dark = text.split("prefers-color-scheme: dark")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if scheme == "dark":
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark))
    pairs = [
        *((ink, paper) for ink in ("ink", "ink-soft", "link", "accent") for paper in ("paper", "paper-sunk")),
        *((ink, "speculation-wash") for ink in ("ink", "ink-soft", "link", "speculation")),
        *((ink, "mark-row") for ink in ("ink", "ink-soft", "link")),
        *((ink, "target") for ink in ("ink", "ink-soft", "link", "observed")),
        ("observed", "observed-wash"),
        ("observed", "paper"),
        ("context", "context-wash"),
        ("context", "paper"),
        ("refuted", "refuted-wash"),
        ("speculation", "paper-raised"),
        ("local", "local-wash"),
    ]
    for ink, paper in pairs:
        one, other = sorted((luminance(tokens[ink]), luminance(tokens[paper])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, f"{scheme}: {ink} on {paper}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_chart_draws_meets_the_contrast_of_graphics(scheme: str) -> None:
    """3:1 against the paper (WCAG 2.2, 1.4.11); lines of intervals say what their dots and words say too."""
    light, dark = (
        (default_templates() / "assets" / "css" / "tokens.css").read_text().split("prefers-color-scheme: dark")
    )
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    drawn = [name for name in tokens if name.startswith("chart-") and not name.endswith(("grid", "-line"))]
    assert len(drawn) == 10
    if scheme == "dark":
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark))
    for name in drawn:
        one, other = sorted((luminance(tokens[name]), luminance(tokens["paper"])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 3, f"{scheme}: {name}"


def test_a_publications_template_takes_the_place_of_its_equal(tmp_path: Path) -> None:
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials" / "_footer.html").write_text("<footer>ours</footer>")
    (tmp_path / "assets" / "css").mkdir(parents=True)
    (tmp_path / "assets" / "css" / "footer.css").write_text("/* ours */")
    theme, plain = load_theme(tmp_path), load_theme()
    assert "ours" in theme.environment.get_template("partials/_footer.html").render()
    assert b"/* ours */" in theme.stylesheet
    assert b".masthead" in theme.stylesheet
    assert theme.stylesheet_path != plain.stylesheet_path
