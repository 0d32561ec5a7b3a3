"""The PDF side of enclosures, as functions of bytes: read, make a page of a picture,
put together."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from . import pdf_file
from .letter_pdf import A4, MM

# A picture on its page: the edges left free, and the dots an inch that paper shows.
MARGIN = 12 * MM
DPI = 200
JPEG_QUALITY = 85
# A sheet of A4 at 600 dots an inch has 35 million, and takes 140 MB to read; a photo
# is read at a part of its size where it is larger.
MAX_PIXELS = 36_000_000
MAX_PHOTO_PIXELS = 250_000_000
# What a file may have in bytes and pages, and a page in points: ISO 32000 knows no
# larger one.
MAX_BYTES = 25 * 1024**2
MAX_PAGES = 500
MAX_SIDE = 14_400

# What the file of a picture ends with.
ENDS = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}

# Modes of pictures that are made smaller as they are, and what others become first.
PLAIN_MODES = ("L", "LA", "RGB", "RGBA", "CMYK")
READ_AS = {"1": "L", "P": "RGBA"}

# Why a file cannot be enclosed.
PROTECTED, BROKEN, UNKNOWN = "protected", "broken", "unknown"
TOO_LARGE, TOO_MANY, TOO_FINE = "too large", "too many", "too fine"


class Unreadable(ValueError):
    """A file that cannot be enclosed; its argument is one of the reasons above.

    ``rank``: which one of several it is, where there are several.
    """

    rank = 0


def read(content):
    """Open a file that is to be enclosed: a PDF as it is, a picture on a page.

    :param bytes content: a PDF, a PNG or a JPEG
    :return: reader of a PDF, which :func:`append` takes
    :raise Unreadable: it is something else, broken, protected by a password, or takes
        more memory than a file that one encloses

    >>> read(b"PK, a text document")
    Traceback (most recent call last):
    ...
    odoo.addons.l10n_fr_recouvrement.paper.page.enclosure_pdf.Unreadable: unknown
    """
    check_size(len(content))
    if b"%PDF-" not in content[:1024]:
        return _open(_draw_picture(content))
    reader = _open(content)
    _check_pages(reader)
    return reader


def check_size(count):
    """Check the size of a file in bytes, which one knows before it is read.

    :raise Unreadable: it is too large to be enclosed
    """
    if count > MAX_BYTES:
        raise Unreadable(TOO_LARGE)


def _check_pages(reader):
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable(TOO_MANY)
    try:
        sides = [
            side
            for page in reader.pages
            for side in (page.mediabox.width, page.mediabox.height)
        ]
    except Exception as error:  # the library raises anything on a damaged file
        raise Unreadable(BROKEN) from error
    if not all(0 < side <= MAX_SIDE for side in sides):
        raise Unreadable(BROKEN)


def count_pages(pdf):
    """Number of pages of a PDF in bytes.

    :raise Unreadable: it is broken, or protected by a password
    """
    return len(_open(pdf).pages)


def first_pages(pdf, count):
    """The first ``count`` pages of a PDF in bytes, all of them when there are no
    more."""
    reader = _open(pdf)
    if len(reader.pages) <= count:
        return pdf
    writer = pdf_file.new()
    append(writer, reader, count)
    return pdf_file.to_bytes(writer)


def append(writer, reader, count):
    """Put the first ``count`` pages of what is read after those of ``writer``.

    :raise Unreadable: it is damaged
    """
    try:
        for number in range(count):
            writer.add_page(reader.pages[number])
    except Exception as error:  # the library raises anything on a damaged file
        raise Unreadable(BROKEN) from error


def _open(pdf):
    """Reader of a PDF whose pages can be read."""
    try:
        reader = pdf_file.read(pdf)
        # An owner's password alone keeps nobody from reading.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(PROTECTED)
        if not len(reader.pages):
            raise Unreadable(BROKEN)
    except Unreadable:
        raise
    except Exception as error:  # the library raises anything on a damaged file
        raise Unreadable(BROKEN) from error
    return reader


def _draw_picture(content):
    """A page with a picture on it, upright, as large as the margins allow."""
    picture = _shrink(_open_picture(content))
    page = A4 if picture.height >= picture.width else A4[::-1]
    room = [side - 2 * MARGIN for side in page]
    # A small one is not blown up beyond a dot a point.
    scale = min(room[0] / picture.width, room[1] / picture.height, 1)
    width, height = picture.width * scale, picture.height * scale
    pixels = [round(side / 72 * DPI) for side in (width, height)]
    if pixels[0] < picture.width:
        picture = picture.resize([max(1, side) for side in pixels])
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=page)
    canvas.drawImage(
        ImageReader(jpeg),
        (page[0] - width) / 2,
        page[1] - MARGIN - height,
        width,
        height,
    )
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _open_picture(content):
    """Open a picture that is not too large; nothing but its size is read."""
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except UnidentifiedImageError as error:
        raise Unreadable(UNKNOWN) from error
    except Image.DecompressionBombError as error:
        raise Unreadable(TOO_FINE) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(BROKEN) from error
    # Odoo has Pillow make a grey area of what is cut off.
    if ENDS.get(picture.format, b"") not in content[-1024:]:
        raise Unreadable(BROKEN)
    # The size of a photo is divided while it is read; a PNG is read as a whole, and so
    # is a JPEG that comes in several passes.
    if not picture.info.get("progressive"):
        if picture.width * picture.height > MAX_PHOTO_PIXELS:
            raise Unreadable(TOO_FINE)
        picture.draft(None, _paper_pixels(picture, 1))
    if picture.width * picture.height > MAX_PIXELS:
        raise Unreadable(TOO_FINE)
    return picture


def _paper_pixels(picture, times=2):
    """Dots that a picture is read at: twice what its sheet shows, so that it is sharp
    once it has the size of the sheet."""
    longest = round(times * max(A4) / 72 * DPI)
    return (min(picture.width, longest), min(picture.height, longest))


def _shrink(picture):
    """Read a picture; make it as small as paper shows it, upright and on white. What
    copies it comes last: it is small then."""
    try:
        if max(picture.size) > max(_paper_pixels(picture)):
            if picture.mode not in PLAIN_MODES:
                picture = picture.convert(READ_AS.get(picture.mode, "RGB"))
            picture.thumbnail(_paper_pixels(picture))
        picture = ImageOps.exif_transpose(picture)
        if picture.mode in ("RGBA", "LA", "P"):
            # What is transparent is white on paper.
            picture = picture.convert("RGBA")
            paper = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(paper, picture)
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(BROKEN) from error
