"""Styles moved from the style sheet to the elements, for mail programs that know no other."""

from functools import cache

from css_inline import CSSInliner


def inline(document: str) -> str:
    """Return *document* with its rules on the elements; those for dark mode and phones stay in a <style> block."""
    return _inliner().inline(document)


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
