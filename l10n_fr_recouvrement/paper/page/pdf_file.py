"""PDF files: read, made, put one after the other. No other module knows the library
that does it; what it reads and makes are its own readers and writers of pages."""

import io

from pypdf import PdfReader, PdfWriter

# The maker that the properties of a file name.
MAKER = {"/Creator": "Odoo", "/Producer": "Odoo"}


def read(content):
    """Reader of a PDF in bytes, forgiving: what others made is not always clean."""
    return PdfReader(io.BytesIO(content), strict=False)


def new():
    """Writer of a PDF that has no page yet."""
    return PdfWriter()


def to_bytes(writer):
    """PDF of the pages of a writer.

    >>> writer = new()
    >>> _page = writer.add_blank_page(100, 200)
    >>> reader = read(to_bytes(writer))
    >>> len(reader.pages), reader.metadata.producer
    (1, 'Odoo')
    """
    writer.add_metadata(MAKER)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def join(contents):
    """One PDF of the pages of several, in order, as bytes: itself where it is one."""
    if len(contents) == 1:
        return contents[0]
    writer = new()
    for content in contents:
        for page in read(content).pages:
            writer.add_page(page)
    return to_bytes(writer)
