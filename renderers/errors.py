"""What can go wrong while a pack is drawn.

RenderError
├── UnknownLanguageError     a language without words
├── MissingWordError         a word without translation
├── MissingLibraryError      a system library (pango) that is not installed
├── RefusedResourceError     a document that named a file or an address outside the pack
├── MissingChartError        a chart section without its picture
└── DocumentTooLargeError    an e-mail body over its limit
"""


class RenderError(Exception):
    """Base of all errors of this package."""


class UnknownLanguageError(RenderError):
    def __init__(self, language: str, known: tuple[str, ...]) -> None:
        super().__init__(f'language "{language}" is not supported. Known: {", ".join(known)}.')


class MissingWordError(RenderError):
    def __init__(self, key: str, language: str) -> None:
        super().__init__(f'the phrase "{key}" has no text in "{language}". Add it to renderers/language/words.')


class MissingLibraryError(RenderError):
    def __init__(self, library: str, remedy: str) -> None:
        super().__init__(f"the system library {library} could not be loaded. {remedy}")


class RefusedResourceError(RenderError):
    def __init__(self, branch_id: str, reason: str) -> None:
        super().__init__(
            f'the document of branch "{branch_id}" named a resource outside the pack ({reason}). '
            "Only the pack's own images may be loaded; look for markup in its texts or templates."
        )


class MissingChartError(RenderError):
    def __init__(self, section_key: str, what: str, known: tuple[str, ...]) -> None:
        names = ", ".join(known) or "none"
        super().__init__(f'the chart section "{section_key}" has no {what}. Given: {names}. Draw it first.')


class DocumentTooLargeError(RenderError):
    def __init__(self, what: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"{what} is {size_bytes // 1000} kB; the limit is {limit_bytes // 1000} kB. "
            "Use fewer sections or lower the limit of its tables."
        )
