"""Cuts long tables into the pages of an annex or of a statement.

Only a build of wkhtmltopdf with patched Qt repeats the head of a table on each page:
here each page gets tables of its own, and the pages are the same with any build.
Heights are counted in lines of figures.
"""

from decimal import Decimal

from reportlab.lib.utils import simpleSplit

from ..words.french import NBSP, NNBSP

PAGE_ROWS = 45
# Taken by the heading of the first page.
TITLE_ROWS = 3
HEAD_ROWS = 1
CAPTION_ROWS = 1.5
DETAIL_ROWS = 0.6
SOURCE_ROWS = 0.8
# Size in pt and width in mm of the lines that cite where figures come from.
SOURCE_SIZE, SOURCE_WIDTH = 7.5, 174.6
# A table does not start at the foot of a page for fewer lines than this.
LEAST_ROWS = 4
MM = 72 / 25.4
HELD = "\N{MIDDLE DOT}"


def height(table):
    """Lines that a table takes beside its head.

    >>> height({"caption": "", "rows": [{}, {"detail": "Avoir"}], "sums": [1]})
    3.6
    >>> sources = ["taux convenu", "taux de refinancement de la BCE " * 5]
    >>> round(height({"caption": "", "rows": [], "sums": [], "sources": sources}), 1)
    2.4
    """
    rows = sum(_row_height(row) for row in table["rows"])
    return (
        (CAPTION_ROWS + HEAD_ROWS if table["caption"] else 0)
        + rows
        + _foot_height(table)
    )


def fold(text, size, width, font="Helvetica"):
    """The lines of a text, broken at spaces alone, as browsers break the number of an
    article too; Helvetica is as wide as the fonts of the pages.

    :param size: of the font, in pt
    :param width: of a line, in mm

    >>> fold("de plein droit, selon les articles L441-10 et D441-5", 8.5, 60)
    ['de plein droit, selon les articles L441-10 et', 'D441-5']
    """
    # A no-break space is no place to break at; a middle dot is as wide.
    held = text.replace(NNBSP, NBSP).replace(NBSP, HELD)
    lines = simpleSplit(held, font, size, width * MM)
    return [line.replace(HELD, NBSP) for line in lines]


def paginate(tables):
    """Distribute the rows of ``tables`` over pages; the sums, and the lines that cite
    where figures come from, follow the last row.

    A table that goes on on the next page closes with what its columns have summed up,
    ``carried``, and opens there with the same, ``brought``.

    :param tables: dicts with their ``caption``, ``rows``, ``sums`` and ``sources``;
        a row may have ``figures``, its amounts by column

    >>> rows = [{"figures": {"due": Decimal(2)}}] * 100
    >>> table = {"caption": "", "rows": rows, "sums": ["total"]}
    >>> other = {"caption": "Pénalités", "rows": [{}] * 2, "sums": []}
    >>> pages = paginate([table, other])
    >>> [[(len(part["rows"]), part["sums"]) for part in page] for page in pages]
    [[(40, [])], [(42, [])], [(18, ['total']), (2, [])]]
    >>> [[str(page[0].get(name, {}).get("due")) for name in ("brought", "carried")]
    ...  for page in pages]
    [['None', '80'], ['80', '164'], ['164', 'None']]
    >>> paginate([])
    []
    """
    pages, room = [], 0
    for table in tables:
        rows, brought = list(table["rows"]), {}
        while rows:
            head = HEAD_ROWS + (CAPTION_ROWS if table["caption"] else 0)
            if room < head + min(LEAST_ROWS, len(rows) + _foot_height(table)):
                room = PAGE_ROWS if pages else PAGE_ROWS - TITLE_ROWS
                pages.append([])
            room -= head + bool(brought)
            taken = _take(rows, room, _foot_height(table))
            part = {**table, "rows": rows[:taken]}
            rows = rows[taken:]
            room -= sum(_row_height(row) for row in part["rows"])
            if brought:
                part["brought"] = brought
            if rows:
                part["sums"], part["sources"], room = [], [], 0
                brought = _add_figures(brought, part["rows"])
                if brought:
                    part["carried"] = brought
            pages[-1].append(part)
            room -= _foot_height(part)
    return pages


def _add_figures(brought, rows):
    """What the columns have summed up at the foot of a page."""
    sums = dict(brought)
    for row in rows:
        for name, amount in row.get("figures", {}).items():
            sums[name] = sums.get(name, Decimal(0)) + amount
    return sums


def _foot_height(table):
    lines = sum(
        len(fold(source, SOURCE_SIZE, SOURCE_WIDTH))
        for source in table.get("sources", ())
    )
    return len(table["sums"]) + SOURCE_ROWS * lines


def _take(rows, room, foot):
    """Number of rows that fit: all of them with what follows the last one, or as many
    as leave room for the line that carries their sums, and a row for the next page."""
    if sum(map(_row_height, rows)) + foot <= room:
        return len(rows)
    taken, room = 0, room - 1
    while taken < len(rows) - 1 and (
        not taken or sum(map(_row_height, rows[: taken + 1])) <= room
    ):
        taken += 1
    return max(taken, 1)


def _row_height(row):
    return 1 + (DETAIL_ROWS if row.get("detail") else 0)


class Pages:
    """Pages that fill up from top to bottom with parts: tables that are cut where a
    page ends, their totals carried forward, and blocks that are not.

    >>> pages = Pages(first_room=6, room=9, part_head=1)
    >>> rows = [{"height": 1, "keep": False, "due": Decimal(10)} for _rank in range(9)]
    >>> pages.add_table({"kind": "account"}, rows, ["due"], tail=2)
    >>> pages.add({"kind": "total"}, 2)
    >>> [[(len(part.get("rows", ())), str(part.get("brought", {}).get("due")),
    ...    str(part.get("carried", {}).get("due"))) for part in page]
    ...  for page in pages.pages]
    [[(4, 'None', '40')], [(5, '40', 'None'), (0, 'None', 'None')]]
    >>> pages.add_row("notes", "VAT", 1), pages.add_row("notes", "Law", 1)
    (True, False)
    """

    def __init__(self, first_room, room=PAGE_ROWS, part_head=HEAD_ROWS):
        self.pages = [[]]
        self.room = room
        self.left = first_room
        self.part_head = part_head

    def turn(self, room=None):
        """Go on with a new page."""
        self.pages.append([])
        self.left = self.room if room is None else room

    def add(self, part, height):
        """Put a part that is not cut where it fits."""
        if height > self.left and self.pages[-1]:
            self.turn()
        self.pages[-1].append(part)
        self.left -= height

    def add_row(self, kind, row, height):
        """Put a row where it fits, in a part without a head that others of its kind
        share; return whether it opens that part."""
        if height > self.left and self.pages[-1]:
            self.turn()
        page = self.pages[-1]
        opens = not page or page[-1]["kind"] != kind
        if opens:
            page.append({"kind": kind, "rows": []})
        page[-1]["rows"].append(row)
        self.left -= height
        return opens

    def add_table(self, table, rows, names, tail=0):
        """Put the rows of a table, as many a page as fit. A page that the table does
        not end on closes with what it has summed up, and the next one opens with it.

        :param table: what the part of each page has in common
        :param rows: dicts with their ``height``, whether they ``keep`` with the next
            one, and the amounts ``names``, some of which may be None
        :param tail: height of what follows, so that the last rows go with it
        """
        brought = {}
        chunks = _get_chunks(rows)
        while chunks:
            head = self.part_head + bool(brought)
            taken = _take_chunks(chunks, self.left - head, tail)
            if not taken and self.pages[-1]:
                self.turn()
                continue
            if not taken:
                # Rows that belong together and are longer than a page.
                chunks[:1] = [[row] for row in chunks[0]]
                taken = max(1, _take_chunks(chunks, self.left - head, tail))
            part = [row for chunk in chunks[:taken] for row in chunk]
            chunks = chunks[taken:]
            self.left -= head + _get_height(part)
            placed = {**table, "rows": part}
            self.pages[-1].append(placed)
            if brought:
                placed["brought"] = brought
            if chunks:
                brought = placed["carried"] = _carry(brought, part, names)
                self.turn()


def _get_chunks(rows):
    """Runs of rows that stay on one page."""
    chunks = [[]]
    for row in rows:
        chunks[-1].append(row)
        if not row["keep"]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _take_chunks(chunks, room, tail):
    """Number of chunks that fit: all of them with what follows, or as many as leave
    room for the line that carries their sums and the last one for the next page."""
    heights = [_get_height(chunk) for chunk in chunks]
    if sum(heights) + tail <= room:
        return len(chunks)
    taken, room = 0, room - 1
    while taken < len(chunks) - 1 and heights[taken] <= room:
        room -= heights[taken]
        taken += 1
    return taken


def _get_height(rows):
    return sum(row["height"] for row in rows)


def _carry(brought, rows, names):
    return {
        name: brought.get(name, Decimal(0))
        + sum((row[name] for row in rows if row[name] is not None), Decimal(0))
        for name in names
    }
