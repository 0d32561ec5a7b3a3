"""Cuts long tables into the pages of an annex.

Only a build of wkhtmltopdf with patched Qt repeats the head of a table on each page:
here each page gets tables of its own, and the pages are the same with any build.
Heights are counted in lines of figures.
"""

PAGE_ROWS = 45
# Taken by the heading of the first page.
TITLE_ROWS = 3
HEAD_ROWS = 1
CAPTION_ROWS = 1.5
DETAIL_ROWS = 0.6
SOURCE_ROWS = 0.8
# A table does not start at the foot of a page for fewer lines than this.
LEAST_ROWS = 4


def height(table):
    """Lines that a table takes beside its head.

    >>> height({"caption": "", "rows": [{}, {"detail": "Avoir"}], "sums": [1]})
    3.6
    """
    rows = sum(_row_height(row) for row in table["rows"])
    return (
        (CAPTION_ROWS + HEAD_ROWS if table["caption"] else 0)
        + rows
        + _foot_height(table)
    )


def paginate(tables):
    """Distribute the rows of ``tables`` over pages; the sums, and the lines that say
    where figures come from, follow the last row.

    >>> table = {"caption": "", "rows": [{}] * 100, "sums": ["total"]}
    >>> other = {"caption": "Pénalités", "rows": [{}] * 2, "sums": []}
    >>> pages = paginate([table, other])
    >>> [[(len(part["rows"]), part["sums"]) for part in page] for page in pages]
    [[(41, [])], [(44, [])], [(15, ['total']), (2, [])]]
    >>> paginate([])
    []
    """
    pages, room = [], 0
    for table in tables:
        rows = list(table["rows"])
        while rows:
            head = HEAD_ROWS + (CAPTION_ROWS if table["caption"] else 0)
            if room < head + min(LEAST_ROWS, len(rows) + _foot_height(table)):
                room = PAGE_ROWS if pages else PAGE_ROWS - TITLE_ROWS
                pages.append([])
            room -= head
            taken = _take(rows, room, _foot_height(table))
            part = {**table, "rows": rows[:taken]}
            rows = rows[taken:]
            room -= sum(_row_height(row) for row in part["rows"])
            if rows:
                part["sums"], part["sources"], room = [], [], 0
            pages[-1].append(part)
            room -= _foot_height(part)
    return pages


def _foot_height(table):
    return len(table["sums"]) + SOURCE_ROWS * len(table.get("sources", ()))


def _take(rows, room, foot):
    """Number of rows that fit; the last one stays with what follows it."""
    taken = 0
    while taken < len(rows):
        last = taken == len(rows) - 1
        need = _row_height(rows[taken]) + (foot if last else 0)
        if need > room and taken:
            break
        room -= need
        taken += 1
    return taken


def _row_height(row):
    return 1 + (DETAIL_ROWS if row.get("detail") else 0)
