"""The list that goes in front of a batch of letters: what was put in the post.

A pure kernel, as functions of plain values: drawn directly, because a table of hundreds
of rows with a heading on each page is nothing that the letters' HTML is needed for.
"""

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from ..words.french import NBSP, NNBSP
from .letter_pdf import A4, GREY, MM, get_font

TITLE = "Bordereau d’envoi"
HEADINGS = (
    "N°",
    "Référence",
    "Débiteur",
    "Destinataire",
    "Envoi",
    "Pages",
    "Feuilles",
    "Montant",
)
WIDTHS = tuple(mm * MM for mm in (8, 24, 33, 55, 24, 10, 13, 23))
NUMBERS = {"N°", "Pages", "Feuilles", "Montant"}


@dataclass(frozen=True)
class Row:
    """One letter of the list; ``amount`` is text already."""

    reference: str
    debtor: str
    address: tuple
    delivery: tuple
    pages: int
    sheets: int
    amount: str


@dataclass(frozen=True)
class PostingList:
    """Content of the list; ``total`` is one text for each currency."""

    sender: tuple
    date: str
    rows: tuple
    total: tuple
    city: str = ""
    signatory: str = ""
    double_sided: bool = False


def draw(posting_list):
    """Return the list as PDF.

    :param PostingList posting_list: letters in the order they are printed in
    """
    count = _build(io.BytesIO(), posting_list)
    stream = io.BytesIO()
    _build(stream, posting_list, count)
    return stream.getvalue()


def _build(stream, posting_list, count=0):
    """Write the list to ``stream``, its pages numbered when their ``count`` is known.

    :return: the number of pages
    """
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=10 * MM,
        rightMargin=10 * MM,
        topMargin=12 * MM,
        bottomMargin=14 * MM,
        title=TITLE,
        author=posting_list.sender[0],
    )

    def number(canvas, document):
        canvas.setFont(get_font(), 7)
        canvas.setFillColorRGB(*GREY)
        canvas.drawRightString(
            A4[0] - 10 * MM, 8 * MM, f"{TITLE} – page {document.page}/{count}"
        )

    document.build(
        [
            *_draw_heading(posting_list),
            _draw_table(posting_list),
            *_draw_foot(posting_list),
        ],
        onFirstPage=number,
        onLaterPages=number,
    )
    return document.page


def _style(size=7.5, **options):
    return ParagraphStyle(
        "list", fontName=get_font(), fontSize=size, leading=size * 1.22, **options
    )


def _text(value, style):
    # Few fonts have the narrow no-break space.
    return Paragraph(escape(str(value).replace(NNBSP, NBSP)), style)


def _lines(values, style):
    text = "<br/>".join(escape(value) for value in values)
    return Paragraph(text.replace(NNBSP, NBSP), style)


def _draw_heading(posting_list):
    place = f"{posting_list.city}, le" if posting_list.city else "Le"
    return [
        _lines(posting_list.sender, _style(8.5)),
        Spacer(0, 5 * MM),
        _text(TITLE.upper(), _style(14)),
        Spacer(0, 2 * MM),
        _text(f"{place} {posting_list.date}", _style(9)),
        Spacer(0, 4 * MM),
    ]


def _draw_table(posting_list):
    left, right = _style(), _style(alignment=TA_RIGHT)

    def cells(values):
        return [
            _text(value, right if heading in NUMBERS else left)
            if not isinstance(value, Paragraph)
            else value
            for heading, value in zip(HEADINGS, values, strict=True)
        ]

    rows = [cells(HEADINGS)]
    for number, row in enumerate(posting_list.rows, 1):
        rows.append(
            cells(
                (
                    number,
                    row.reference,
                    row.debtor,
                    _lines(row.address, left),
                    _lines(row.delivery, left),
                    row.pages,
                    row.sheets,
                    row.amount,
                )
            )
        )
    table = LongTable(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.93, 0.95)),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.Color(*GREY)),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return table


def _count(number, word):
    return f"{number}{NBSP}{word}{'s' if number > 1 else ''}"


def _draw_foot(posting_list):
    """Totals and the place to sign: never parted."""
    rows = posting_list.rows
    count = len(rows)
    pages = sum(row.pages for row in rows)
    sheets = sum(row.sheets for row in rows)
    sides = "recto verso" if posting_list.double_sided else "recto seul"
    total = (
        f"{_count(count, 'pli')}, {_count(pages, 'page')}, "
        f"{_count(sheets, 'feuille')} ({sides}). Montant réclamé{NBSP}: "
        f"{' et '.join(posting_list.total)}."
    )
    style = _style(9)
    sign = Table(
        [
            [
                _text(f"Remis à la poste le{NBSP}:", style),
                _text(f"Pour {posting_list.sender[0]}", style),
            ],
            [
                _text("Cachet du bureau de poste", _style(7.5)),
                _text(posting_list.signatory or "Signature", _style(7.5)),
            ],
        ],
        colWidths=(95 * MM, 95 * MM),
        rowHeights=[None, 24 * MM],
    )
    sign.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (0, -1), 0.3, colors.Color(*GREY)),
                ("BOX", (1, 0), (1, -1), 0.3, colors.Color(*GREY)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return [
        KeepTogether([Spacer(0, 4 * MM), _text(total, style), Spacer(0, 5 * MM), sign])
    ]
