"""The pages of a statement of interest: its rows as cells of text, cut by
:mod:`table_pages` so that no total stands alone."""

from babel.numbers import format_decimal

from ..page.table_pages import Pages, fold
from ..words.french import (
    LOCALE,
    MINUS,
    NBSP,
    amount_in_words,
    format_amount,
    format_date,
    format_percent,
    format_short_date,
    nbsp,
)
from . import statement_words as words

# Heights in lines of figures, 15 pt each, as the style sheet sets them.
ROOM = 49
# Above the table of the first page, beside the lines of the parties and the logo.
TITLE = 6.6
PARTY_LINE = 0.74
LOGO = 3.6
# The line that names whose statement goes on.
CONTINUED = 1.2
HEAD = 1.8
COMPARISON_HEAD = 2.8
HEADING = 1.4
DUE = 1.3
LABEL = 0.74
DETAIL = 0.65
SPELT = 0.78
SENTENCE = 0.65
SENTENCE_GAP = 0.08
SECTION_GAP = 0.2
GAP = 0.8
SIGNATURE = 3.6
# Widths in mm and sizes in pt of what may take several lines.
LABEL_WIDTH, DATED_WIDTH = 100, 82
LABEL_SIZE, DETAIL_SIZE = 8.5, 7.5
SENTENCE_WIDTH, SENTENCE_SIZE = 141, 7.5
SPELT_WIDTH, SPELT_SIZE = 173, 9
# An invoice up to this height stays on one page.
WHOLE = 12
# Columns before those that are summed up.
LABEL_SPAN = 6
SIDES = ("first", "second")
DASH = "–"
UNITS = {"EUR": "euros"}


def lay_out(statement):
    """Return the words that stand on every page of a statement, and its pages, each a
    list of parts that a template prints.

    :param statement: values as ``_statement_values`` of the report gives them
    """
    pages = Pages(_get_first_room(statement), ROOM - CONTINUED, HEAD)
    fees = statement["profile"] != "consumer"
    names = ["principal", "interest", *(["fees"] if fees else [])]
    for rank, part in enumerate(statement["parts"]):
        if rank:
            pages.turn()
        if part["heading"]:
            pages.add({"kind": "heading", "text": part["heading"]}, HEADING)
        total = _total(statement, part)
        pages.add_table(
            {"kind": "account", "head": _account_head(statement, names)},
            _account_rows(statement, part, names),
            names,
            total["height"],
        )
        pages.add(total, total["height"])
    if statement["comparison"]:
        _add_comparison(pages, statement, names)
    _add_sources(pages, statement)
    return {
        "date_text": format_date(statement["date"]),
        "unit": UNITS.get(statement["currency"], statement["currency"]),
        "running": words.RUNNING[statement["profile"]],
        "pages": [
            [_with_sums(statement, part) for part in page] for page in pages.pages
        ],
    }


def _get_first_room(statement):
    """What creditor, debtor and title leave of the first page."""
    sender = statement["sender"]
    lines = max(
        len(sender["lines"]) + len(statement["creditor_ids"]),
        len(statement["recipient_lines"]) - 1 + len(statement["debtor_ids"]),
    )
    return ROOM - TITLE - PARTY_LINE * lines - (LOGO if sender["logo"] else 0)


# ----------------------------------------------------------------------
# The account
# ----------------------------------------------------------------------


def _get_titles(statement):
    return {
        "principal": "Principal TTC",
        "interest": words.COLUMNS[statement["profile"]],
        "fees": f"Indemnité et{NBSP}frais",
    }


def _account_head(statement, names):
    titles = _get_titles(statement)
    return [
        ("Du", "day"),
        ("Au", "day"),
        ("Jours", "num days"),
        ("Base TTC", "num base"),
        ("Taux annuel", "num rate"),
        ("Diviseur", "num divisor"),
        *((titles[name], f"num {name}") for name in names),
    ]


def _account_rows(statement, part, names):
    """Rows with their cells and height, and whether they stay with the next one."""
    rows = []
    for row in part["rows"]:
        rows += _place(statement, row, names)
    closed = bool(part["invoices"][1:])
    if closed:
        label = f"Totaux des {len(part['invoices'])} factures"
        cells = _get_figures(statement, part["sums"], names)
        rows.append(_make_placed("sum", [(label, "", LABEL_SPAN), *cells]))
    start = 0
    for rank, row in enumerate(rows):
        if row["kind"] == "subtotal":
            last = closed and rank == len(rows) - 2
            _keep_together(rows[start : rank + 1 + last])
            start = rank + 1
    return rows


def _keep_together(rows):
    """Keep an invoice on one page, or what heads it with what follows, and its subtotal
    with what comes before."""
    whole = sum(row["height"] for row in rows) <= WHOLE
    for rank, row in enumerate(rows[:-1]):
        row["keep"] = (
            whole
            or row["kind"] in ("due", "payment", "standing", "noted")
            or rank >= len(rows) - 4
        )


def _place(statement, row, names):
    """One row of the account as rows of cells."""
    cells, details = CELLS[row["kind"]](statement, row)
    figures = _get_figures(statement, row["sums"] or row, names)
    if row["kind"] == "segment" and details:
        figures[names.index("interest")] = (DASH, "num", 1)
        note = (details[0], "sub", LABEL_SPAN + len(names))
        noted = _make_placed("noted", [*cells, *figures])
        return [noted, _make_placed("note", [note], height=DETAIL)]
    height = DUE if row["kind"] == "due" else 1
    placed = _make_placed(row["kind"], [*cells, *figures], details, height)
    placed.update((name, row[name]) for name in names)
    return [placed]


def _make_placed(kind, cells, details=(), height=1):
    """A row of cells ``(text, class, span)``; its details stand under the widest of the
    first ones."""
    spans = [span for _text, _class, span in cells]
    widest = spans.index(max(spans))
    width = LABEL_WIDTH if spans[widest] == LABEL_SPAN else DATED_WIDTH
    labels = fold(cells[widest][0], LABEL_SIZE, width, "Helvetica-Bold")
    folded = [
        line for detail in details for line in fold(nbsp(detail), DETAIL_SIZE, width)
    ]
    return {
        "kind": kind,
        "cells": cells,
        "details": folded,
        "detail_cell": widest,
        "height": height + LABEL * (len(labels) - 1) + DETAIL * len(folded),
        "keep": False,
        **dict.fromkeys(("principal", "interest", "fees")),
    }


def _due_cells(statement, row):
    return [(row["label"], "", LABEL_SPAN)], row["details"]


def _segment_cells(statement, row):
    cells = [
        (format_short_date(row["date_from"]), "", 1),
        (format_short_date(row["date_to"]), "", 1),
        (str(row["days"]), "num", 1),
        (_figure(statement, row["base"]), "num", 1),
        (format_percent(row["rate"]), "num", 1),
        (str(row["divisor"]), "num", 1),
    ]
    return cells, row["details"]


def _payment_cells(statement, row):
    text = f"{row['label']} : {_figure(statement, row['amount'])}"
    left = f"principal restant dû : {_figure(statement, row['left'])}"
    return _dated_cells(row, text), [" ; ".join((*row["details"], left))]


def _standing_cells(statement, row):
    text = f"{row['label']} : {_figure(statement, row['amount'])}"
    return _dated_cells(row, text), row["details"]


def _capitalisation_cells(statement, row):
    text = f"{row['label']} : {_figure(statement, row['amount'])}"
    details = []
    if row["base"]:
        details.append(f"la base devient {_figure(statement, row['base'])}")
    return _dated_cells(row, text), details


def _dated_cells(row, text):
    return [
        (format_short_date(row["date_from"]), "", 1),
        (nbsp(text), "", LABEL_SPAN - 1),
    ]


def _label_cells(statement, row):
    return [(nbsp(row["label"]), "", LABEL_SPAN)], row["details"]


def _subtotal_cells(statement, row):
    total = _figure(statement, row["sums"]["total"])
    text = f"Reste dû sur la facture {row['label']} : {total}"
    return [(nbsp(text), "", LABEL_SPAN)], row["details"]


CELLS = {
    "due": _due_cells,
    "segment": _segment_cells,
    "payment": _payment_cells,
    "standing": _standing_cells,
    "capitalisation": _capitalisation_cells,
    "waiver": _label_cells,
    "indemnity": _label_cells,
    "cost": _label_cells,
    "subtotal": _subtotal_cells,
}


def _get_figures(statement, sums, names):
    return [
        ("" if sums[name] is None else _figure(statement, sums[name]), "num", 1)
        for name in names
    ]


# ----------------------------------------------------------------------
# What it comes to
# ----------------------------------------------------------------------


def _total(statement, part):
    """The sums of one part, in figures and in words."""
    rows = [
        ("Principal restant dû, TTC", part["sums"]["principal"]),
        (words.TOTALS[statement["profile"]], part["sums"]["interest"]),
    ]
    rows += [
        (label, part[name])
        for label, name in (
            ("Indemnité forfaitaire", "indemnity"),
            ("Frais de recouvrement complémentaires", "costs"),
        )
        if part[name]
    ]
    if part["credit"]:
        rows.append(("Avoirs et règlements non affectés", -part["credit"]))
    spelt = amount_in_words(part["total"], statement["currency"])
    text = [
        f"Arrêté à la somme de {spelt}.",
        statement["reservation"],
    ]
    lines = sum(len(fold(line, SPELT_SIZE, SPELT_WIDTH)) for line in text)
    return {
        "kind": "total",
        "rows": [(label, _amount(statement, amount)) for label, amount in rows],
        "label": nbsp(f"Total dû au {format_date(statement['date'])}"),
        "total": _amount(statement, part["total"]),
        "text": [nbsp(sentence) for sentence in text],
        "height": 2.5 + len(rows) + SPELT * lines + 0.2 * len(text),
    }


def _add_comparison(pages, statement, names):
    """What each invoice comes to under both orders, and by how much they differ."""
    columns = [*names, "total"]
    rows = [
        _place_comparison(
            statement, "comparison", row["label"], row["sums"], columns, counted=True
        )
        for row in statement["comparison"]
    ]
    both = [part["sums"] for part in statement["parts"]]
    if len(rows) > 1:
        rows[-1]["keep"] = True
        rows.append(_place_comparison(statement, "sum", "Totaux", both, columns))
    gap = both[1]["total"] - both[0]["total"]
    text = (
        f"Imputés d’abord sur les {words.RUNNING[statement['profile']]}, les paiements "
        f"laissent {_amount(statement, abs(gap))} de "
        f"{'plus' if gap >= 0 else 'moins'} à payer."
    )
    if pages.left < GAP + HEADING + COMPARISON_HEAD + 6:
        pages.turn()
    pages.part_head = COMPARISON_HEAD
    titles = {**_get_titles(statement), "principal": "Principal", "total": "Total"}
    table = {
        "kind": "comparison",
        "columns": columns,
        "titles": [titles[name] for name in columns],
    }
    pages.add({"kind": "gap"}, GAP)
    pages.add({"kind": "heading", "text": words.COMPARISON}, HEADING)
    summed = [f"{side}_{name}" for side in SIDES for name in columns]
    pages.add_table(table, rows, summed, tail=HEADING)
    pages.add({"kind": "text", "text": nbsp(text)}, HEADING)


def _place_comparison(statement, kind, label, both, columns, counted=False):
    figures = [cell for sums in both for cell in _get_figures(statement, sums, columns)]
    figures[len(columns)] = (figures[len(columns)][0], "num side", 1)
    placed = _make_placed(kind, [(label, "", 1), *figures])
    for side, sums in zip(SIDES, both, strict=True):
        placed.update(
            (f"{side}_{name}", sums[name] if counted else None) for name in columns
        )
    return placed


# ----------------------------------------------------------------------
# Where it comes from
# ----------------------------------------------------------------------


def _add_sources(pages, statement):
    """Sections of sentences, each beside the title of its section, then the signature,
    which the last section does not leave alone."""
    pages.add({"kind": "gap"}, GAP)
    sections = statement["sources"]
    shown = ""
    for rank, (title, sentences) in enumerate(sections):
        folded = [
            fold(sentence, SENTENCE_SIZE, SENTENCE_WIDTH) for sentence in sentences
        ]
        heights = [SENTENCE * len(lines) + SENTENCE_GAP for lines in folded]
        if rank == len(sections) - 1 and sum(heights) + SIGNATURE > pages.left:
            pages.turn()
        for lines, height in zip(folded, heights, strict=True):
            row = {"title": "", "lines": lines}
            more = SECTION_GAP if title != shown else 0
            opens = pages.add_row("sources", row, height + more)
            if opens or title != shown:
                row["title"] = title
            shown = title
    pages.add({"kind": "signature"}, SIGNATURE)


# ----------------------------------------------------------------------
# Text
# ----------------------------------------------------------------------


def _with_sums(statement, part):
    """The sums that a table brings or carries, as cells."""
    for name, label in (("brought", "Report"), ("carried", "À reporter")):
        if name in part:
            span = 1 if part["kind"] == "comparison" else LABEL_SPAN
            part[f"{name}_cells"] = [
                (label, "", span),
                *_get_figures(statement, part[name], part[name]),
            ]
    return part


def _figure(statement, amount):
    """An amount without its currency, for a column of them."""
    pattern = "#,##0" + ("." + "0" * statement["digits"] if statement["digits"] else "")
    return format_decimal(amount, format=pattern, locale=LOCALE).replace("-", MINUS)


def _amount(statement, amount):
    return format_amount(amount, statement["currency"])
