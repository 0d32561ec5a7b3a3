"""The PDF side of letters, as functions of bytes: mark, split, stamp.

wkhtmltopdf prints many letters as one document. Each letter starts with a dot in a
colour of its own, so near to white that it does not show: that separates the letters
again without reading any text, with every build. Page footers are stamped afterwards,
because a build without patched Qt drops those of the HTML.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from ..words import french
from ..words.french import NBSP, NNBSP
from . import pdf_file

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
LEFT, RIGHT = 20 * MM, 194.6 * MM
FOOTER_TOP = 13.5 * MM
# What the law has letters state is to be read (C. com. art. R123-238): no smaller, and
# as dark as the text.
FOOTER_SIZE, FOOTER_LEADING = 7.5, 9.5
DARK = (0.11, 0.11, 0.12)
GREY = (0.42, 0.42, 0.44)
# Where a sheet is folded in three for a DL envelope, from the top.
FOLDS = (99 * MM, 198 * MM)
# The mark of a letter: red is always 253, green and blue encode its rank.
MARK_RED = 253
MARK_FILL = re.compile(rb"\b0\.99215\d* ([\d.]+) ([\d.]+) (?:scn|rg)\b")
MAX_LETTERS = 64
# Fonts of the stamps, the first one found: they are embedded, as mail services ask for.
FONT_FILES = (
    "liberation/LiberationSans-Regular.ttf",
    "liberation2/LiberationSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "dejavu/DejaVuSans.ttf",
)


@dataclass(frozen=True)
class Footer:
    """What is stamped at the foot of every page of a letter.

    :param texts: words of its language
    """

    reference: str
    legal: str = ""
    draft: bool = False
    folds: bool = True
    texts: Mapping = field(default_factory=lambda: french.TEXTS)


def mark(rank):
    """Colour of the mark of a letter, by its rank in the document: white to the eye.

    >>> mark(0), mark(9)
    ('#fdfeff', '#fdfdfe')
    """
    if rank >= MAX_LETTERS:
        raise ValueError(f"a document holds {MAX_LETTERS} letters at most")
    return f"#{MARK_RED:02x}{254 - rank // 8:02x}{255 - rank % 8:02x}"


def split(reader, count):
    """Return the page numbers of each of the ``count`` letters of a document.

    :raise ValueError: the marks found are not those of the letters, in order
    """
    if count == 1:
        return [list(range(len(reader.pages)))]
    groups, found = [], []
    for number in range(len(reader.pages)):
        rank = _get_rank(reader.pages[number]["/Contents"].get_data())
        if rank is not None:
            found.append(rank)
            groups.append([])
        if not groups:
            raise ValueError("the first page carries no mark")
        groups[-1].append(number)
    if found != list(range(count)):
        raise ValueError(f"{count} letters expected, marks found: {found}")
    return groups


def _get_rank(drawing):
    """Rank of the letter whose mark is among the drawing orders of a page.

    >>> _get_rank(b"/CSp cs 0.99215686 0.99215686 0.996078431 scn 10 20 1 1 re f")
    9
    >>> _get_rank(b"1 1 1 rg 0.992156 0.1 0.1 rg")
    """
    for color in MARK_FILL.findall(drawing):
        green, blue = (round(float(part) * 255) for part in color)
        if 246 < green < 255 and 247 < blue:
            return (254 - green) * 8 + 255 - blue
    return None


def finish(pdf, footers):
    """Cut a document into its letters and stamp their pages, see :func:`cut`.

    :return: list of PDF as bytes
    """
    return [pdf_file.to_bytes(letter) for letter in cut(pdf, footers)]


def cut(pdf, footers):
    """Cut a document into its letters and stamp their pages.

    :param bytes pdf: letters one after the other, marked by rank
    :param footers: the :class:`Footer` of each letter, in order
    :return: iterator of writers, which take more pages; each is made when it is asked
        for, so that not all of them are held in memory
    """
    reader = pdf_file.read(pdf)
    groups = split(reader, len(footers))
    stamps = pdf_file.read(_draw_footers(footers, [len(group) for group in groups]))
    for group in groups:
        writer = pdf_file.new()
        for number in group:
            page = writer.add_page(reader.pages[number])
            page.merge_page(stamps.pages[number])
        yield writer


def count_sheets(pages, double_sided):
    """Sheets of paper that a letter of so many pages takes.

    >>> count_sheets(3, False), count_sheets(3, True)
    (3, 2)
    """
    return -(-pages // 2) if double_sided else pages


def bind(pdfs, double_sided=False):
    """Put documents one after the other; printed on both sides, each one starts on a
    sheet of its own.

    :param pdfs: list of PDF as bytes
    """
    writer = pdf_file.new()
    for pdf in pdfs:
        reader = pdf_file.read(pdf)
        for page in reader.pages:
            writer.add_page(page)
        if double_sided and len(reader.pages) % 2:
            writer.add_blank_page(*A4)
    return pdf_file.to_bytes(writer)


def clear_margins(pdf, margin=5 * MM, corner=15 * MM):
    """Leave the margins of every page white, and its lower left corner, as services
    that print letters want them for the marks of their machines."""
    stamp = pdf_file.read(_draw_margins(margin, corner)).pages[0]
    writer = pdf_file.new()
    for page in pdf_file.read(pdf).pages:
        writer.add_page(page).merge_page(stamp)
    return pdf_file.to_bytes(writer)


def _draw_margins(margin, corner):
    width, height = A4
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    canvas.setFillColorRGB(1, 1, 1)
    for rectangle in (
        (0, 0, width, margin),
        (0, height - margin, width, margin),
        (0, 0, margin, height),
        (width - margin, 0, margin, height),
        (0, 0, corner, corner),
    ):
        canvas.rect(*rectangle, stroke=0, fill=1)
    canvas.save()
    return stream.getvalue()


def _draw_footers(footers, counts):
    """One page of stamps for each page of the letters."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, initialFontName=get_font())
    for footer, count in zip(footers, counts, strict=True):
        for number in range(1, count + 1):
            _draw_footer(canvas, footer, number, count)
            canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _draw_footer(canvas, footer, number, count):
    font = get_font()
    canvas.setFont(font, FOOTER_SIZE)
    canvas.setFillColorRGB(*DARK)
    height = FOOTER_TOP
    if count > 1:
        page = footer.texts["page"].format(
            reference=footer.reference, page=number, pages=count
        )
        canvas.drawRightString(RIGHT, height, page)
        height -= FOOTER_LEADING
    for line in simpleSplit(
        footer.legal.replace(NNBSP, NBSP), font, FOOTER_SIZE, RIGHT - LEFT
    ):
        canvas.drawCentredString((LEFT + RIGHT) / 2, height, line)
        height -= FOOTER_LEADING
    if number == 1 and footer.folds:
        _draw_folds(canvas)
    if footer.draft:
        _draw_draft(canvas, footer.texts["draft"])


def _draw_draft(canvas, word):
    """Across the page, so that nobody posts what is not sent yet."""
    canvas.saveState()
    canvas.setFont(get_font(), 90)
    canvas.setFillColorRGB(*GREY, alpha=0.18)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(55)
    canvas.drawCentredString(0, -30, word)
    canvas.restoreState()


def _draw_folds(canvas):
    canvas.setStrokeColorRGB(*GREY)
    canvas.setLineWidth(0.3)
    for fold in FOLDS:
        canvas.line(4 * MM, A4[1] - fold, 7 * MM, A4[1] - fold)


@lru_cache(maxsize=1)
def get_font():
    """Name of the font of what is drawn here, registered."""
    for name in FONT_FILES:
        try:
            pdfmetrics.registerFont(TTFont("Letter", name))
        except TTFError:
            continue
        return "Letter"
    return "Helvetica"
