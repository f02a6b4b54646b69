"""What mkdocs calls while it builds the site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from docsite.dialect import as_python_markdown, github_slug
from docsite.links import DOCS, ROOT, as_site_links, origin_of, place, targets
from docsite.navigation import expanded, first_page, sections
from docsite.options import with_whole_options
from docsite.runbooks import with_facts
from docsite.sources import folder_page, source_page


def on_config(config: MkDocsConfig) -> None:
    """Have anchors made by the rule that the documents' links follow."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = github_slug


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Add a page for each file outside docs/ that is linked to, and for each folder."""
    for file in _files_beside(config):
        files.append(file)
    pages = {each.src_uri: each.content_string for each in files.documentation_pages()}
    config.nav = expanded(config.nav or [], sorted(pages))
    for title, folder, members in sections(config.nav):
        if f"{folder}/index.md" not in pages:
            content = first_page(title, folder, members, pages)
            files.append(File.generated(config, f"{folder}/index.md", content=content))


def on_page_markdown(markdown: str, *, page: Page, **_others: Any) -> str:
    """Return a page with the links of the site, in the Markdown of Python-Markdown."""
    origin = origin_of(page.file.src_uri)
    if page.parent is None:
        page.meta["hide"] = ["navigation"]  # which would list this page alone
    text = with_facts(markdown, page.meta)
    is_written = (ROOT / origin).is_file() and origin.endswith(".md")
    return as_python_markdown(as_site_links(text, origin)) if is_written else text


def on_page_content(html: str, **_others: Any) -> str:
    """Return a page's HTML with options that no line ends in."""
    return with_whole_options(html)


def _files_beside(config: MkDocsConfig) -> Iterator[File]:
    """Yield the files outside docs/ that a page links to, a page of which links to, and so on."""
    documents = sorted((ROOT / DOCS).rglob("*.md")) + sorted(ROOT.glob("*.md"))
    waiting = [str(each.relative_to(ROOT)) for each in documents]
    known = set(waiting)
    while waiting:
        name = waiting.pop()
        content = _content(name)
        if not name.startswith(DOCS):
            yield _file(config, name, content)
        found = [each for each in targets(content, name) if each not in known]
        wanted = [each for each in found if _is_beside(each)] if name.endswith(".md") else []
        known.update(wanted)
        waiting += wanted


def _file(config: MkDocsConfig, name: str, content: str) -> File:
    """Return the file of a page; one that is no Markdown is in no navigation."""
    kept = InclusionLevel.UNDEFINED if name.endswith(".md") else InclusionLevel.NOT_IN_NAV
    return File.generated(config, place(name), content=content, inclusion=kept)


def _is_beside(name: str) -> bool:
    return not f"{name}/".startswith(DOCS) and (ROOT / name).exists()


def _content(name: str) -> str:
    path = ROOT / name
    if path.is_dir():
        return folder_page(name, path)
    text = path.read_text(encoding="utf-8")
    return text if path.suffix == ".md" else source_page(name, text)
