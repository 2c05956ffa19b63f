"""The only resources that a PDF may load: the pack's images and our fonts.

WeasyPrint opens any address that markup or style names, files and networks included; here nothing is opened at all.
"""

from collections.abc import Mapping
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

IMAGE_SCHEME = "pack"
FONT_SCHEME = "font"


class PackFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Answers from memory, by full address, and refuses every other address.

    A refusal stops the document: an address that we did not write is a fault of ours or an attack.
    """

    def __init__(self, resources: Mapping[str, tuple[bytes, str]]) -> None:
        """Serve *resources*: address → (content, media type)."""
        super().__init__(allowed_protocols=(IMAGE_SCHEME, FONT_SCHEME, "data"), fail_on_errors=True)
        self._resources = resources

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what *url* names.

        Raises:
            PermissionError: The address is neither ours nor a data: address.
        """
        if url.lower().startswith("data:"):
            return super().fetch(url, headers)
        found = self._resources.get(unquote(url))
        if found is None:
            raise PermissionError(f"{url} is not part of the pack")
        content, media_type = found
        return URLFetcherResponse(url, content, {"Content-Type": media_type})
