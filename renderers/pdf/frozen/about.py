"""What a PDF says of itself: title, author, branch, language. Source: ISO 32000-1, 14.3."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from renderers.pdf.frozen.objects import pdf_string


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the file says of itself."""

    title: str
    author: str
    keywords: str
    branch: str
    language: str
    producer: str


def info_dictionary(about: About) -> bytes:
    """Return the document information dictionary."""
    entries = {
        "Producer": about.producer,
        "Title": about.title,
        "Author": about.author,
        "Keywords": about.keywords,
        "branch": about.branch,
    }
    return b"<<%b>>" % b"".join(b"/" + name.encode() + pdf_string(text) for name, text in entries.items() if text)


def xmp(about: About) -> bytes:
    """Return the metadata as WeasyPrint writes them."""
    opening = '<rdf:Description rdf:about=""'
    title = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li></rdf:Alt></dc:title>'
    author = f"<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>"
    keywords = f"<pdf:Keywords>{escape(about.keywords)}</pdf:Keywords>"
    said = [
        f"{opening}>{part}</rdf:Description>"
        for part, text in ((title, about.title), (author, about.author), (keywords, about.keywords))
        if text
    ]
    rdf = (
        '<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'{opening} pdfuaid:part="1" />{opening} pdf:Producer="{escape(about.producer)}" />{"".join(said)}</rdf:RDF>'
    )
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f'{rdf}\n</x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()
