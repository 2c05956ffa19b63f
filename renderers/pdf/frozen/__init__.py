"""Frozen layout: the same document without WeasyPrint's layout of every pack.

WeasyPrint computes the style of each kind of element once (`private_weasyprint`, `looks`). From then on a pack's
markup, which is the one that WeasyPrint would get, is laid out by a few rules for blocks, lines and fixed tables
(`flow`, `lines`, `tables`), cut into pages (`pages`) and written (`write`). Whatever the rules do not cover raises
`NotFrozenError` with its reason, and WeasyPrint draws the document in full.
"""
