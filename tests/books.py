"""Books of many invoices, made by SQL from a few that Odoo made."""

from odoo.tools import SQL

DEBTOR_COLUMNS = ("partner_id", "commercial_partner_id", "partner_shipping_id")


def multiply(moves, times):
    """Copy invoices ``times``, with their lines and their debtors.

    :return: the debtors, those that were there and their copies
    """
    moves.env.flush_all()
    debtors, lines = moves.partner_id, moves.line_ids
    numbers = {records._name: _Numbers(records) for records in (debtors, moves, lines)}
    partners, entries, items = numbers.values()
    of_debtor = dict.fromkeys(DEBTOR_COLUMNS, partners)
    partners.insert(times, {"commercial_partner_id": partners})
    name = SQL("concat(name, '-', %s)", entries.shifted("id"))
    entries.insert(times, of_debtor, name=name)
    items.insert(times, {**of_debtor, "move_id": entries})
    moves.env.invalidate_all()
    return debtors.browse(partners.all_ids(times))


class _Numbers:
    """Ids of the copies of some records: those of each copy follow one another."""

    def __init__(self, records):
        self.records = records
        self.first, self.span = (
            min(records.ids),
            max(records.ids) - min(records.ids) + 1,
        )
        query = SQL("SELECT MAX(id) FROM %s", SQL.identifier(records._table))
        self.start = records.env.execute_query(query)[0][0] + 1

    def shifted(self, column):
        """The id of a copy, from that of the record in a column."""
        shift = SQL("%s + (copy - 1) * %s", self.start - self.first, self.span)
        return SQL("%s + %s", SQL.identifier(column), shift)

    def all_ids(self, times):
        shifts = (self.start - self.first + rank * self.span for rank in range(times))
        ids = self.records.ids
        return [*ids, *(id_ + shift for shift in shifts for id_ in ids)]

    def insert(self, times, links, **expressions):
        """Insert the copies.

        :param links: ``{column: numbers of the records that it points to}``
        """
        env, table = self.records.env, SQL.identifier(self.records._table)
        query = SQL(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema",
            self.records._table,
        )
        values = {name: SQL.identifier(name) for (name,) in env.execute_query(query)}
        values |= {
            name: numbers.shifted(name)
            for name, numbers in links.items()
            if name in values
        }
        values |= {"id": self.shifted("id"), **expressions}
        env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) copy"
                " WHERE id = ANY(%s)",
                table,
                SQL(", ").join(map(SQL.identifier, values)),
                SQL(", ").join(values.values()),
                table,
                times,
                self.records.ids,
            )
        )
        env.cr.execute(
            SQL(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM %s",
                self.records._table,
                table,
            )
        )
