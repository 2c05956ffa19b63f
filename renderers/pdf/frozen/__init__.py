"""Frozen layout: the same document without WeasyPrint's layout of every pack.

WeasyPrint computes the style of each kind of element once (`private_weasyprint`, `looks`). From then on a pack's
markup, which is the one that WeasyPrint would get, is laid out by a few rules for blocks, lines and fixed tables
(`flow`, `lines`, `tables`), part by part. A part is written at once (`plate`, from `content` and `structure`), with
slots for what the page decides, so that one which returns in the next pack is not laid out again; rows of tables have
their shape in common (`rows`). Then the parts are put on pages (`pages`, `margins`) and the file is written (`write`,
`tree`). Whatever the rules do not cover raises `NotFrozenError` with its reason, and WeasyPrint draws the document in
full.
"""
