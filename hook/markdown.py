"""Markdown of the issuer's own files to HTML, once at start."""

from markdown_it import MarkdownIt

# HTML stays text: the files are the issuer's, but a pasted script should never run (T44).
_READER = MarkdownIt("commonmark", {"html": False})


def to_html(text: str) -> str:
    """Render CommonMark; headings go one level down, as the step's title is the page's only h1."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return str(_READER.renderer.render(tokens, _READER.options, {}))
