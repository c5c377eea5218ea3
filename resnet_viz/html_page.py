"""The frame of a web page that is one file, for a phone and a desk, and the type it is set in."""

from __future__ import annotations

from html import escape

BASE_STYLE = """
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
"""


def whole_page(title: str, style: str, body: str) -> str:
    """A page as the content of a file.

    Args:
        title: text.
        style: CSS that goes on from `BASE_STYLE`.
        body: HTML.
    """
    return _FRAME.format(title=escape(title), style=BASE_STYLE + style, body=body)


_FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""
