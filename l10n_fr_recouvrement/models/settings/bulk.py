"""Rows by the thousand, written in one statement.

Odoo's `create` computes, checks and triggers record by record. Where rows are worked
out already and nobody enters them, one INSERT is enough.
"""

import json

from odoo.tools import SQL

LOG_FIELDS = ("create_uid", "create_date", "write_uid", "write_date")


def bulk_create(model, vals_list):
    """Create records whose values are all known, in one INSERT.

    A value that is no column, such as a hook of an integrator may add, sends all of
    them through Odoo's own `create`. Stored fields that are computed and are not among
    the values are computed when they are needed.

    :param model: empty recordset, in the environment of the author
    :param vals_list: dicts, as `create` takes them; a key that one lacks is empty
    :return: the records, in the same order
    """
    if not vals_list:
        return model
    names = dict.fromkeys(name for vals in vals_list for name in vals)
    if not all(_is_column(model._fields.get(name)) for name in names):
        return model.create(vals_list)
    columns = {
        name: _to_column(model._fields[name], [vals.get(name) for vals in vals_list])
        for name in names
    }
    for name, value in _get_defaults(model, columns).items():
        columns[name] = _to_column(model._fields[name], [value]) * len(vals_list)
    records = model.browse(_insert(model, columns))
    _forget_inverses(model, columns)
    _remember_owners(records, columns)
    records.modified(list(columns), create=True)
    for name, field in model._fields.items():
        if field.compute and field.store and name not in columns:
            model.env.add_to_compute(field, records)
    # What depends on the new records is marked; what they were given is right.
    for name in columns:
        model.env.remove_to_compute(model._fields[name], records)
    return records


def _is_column(field):
    return bool(field and field.store and field.column_type and not field.translate)


def _remember_owners(records, columns):
    """What the records belong to is asked for at once, to find what depends on it."""
    for name, values in columns.items():
        field = records._fields[name]
        if field.type == "many2one":
            field._insert_cache(records, values)


def _forget_inverses(model, columns):
    """What is in cache of the lists that the new records belong to is no more true."""
    for name, values in columns.items():
        for inverse in model.pool.field_inverses[model._fields[name]]:
            owners = model.env[inverse.model_name]
            if model._fields[name].type == "many2one":
                owners = owners.browse(dict.fromkeys(filter(None, values)))
                owners.invalidate_recordset([inverse.name], flush=False)
            else:
                owners.invalidate_model([inverse.name], flush=False)


def _get_defaults(model, known):
    names = [
        name
        for name, field in model._fields.items()
        if name not in known and _is_column(field) and not field.compute
    ]
    return {
        name: value
        for name, value in model.default_get(names).items()
        if name in names and value
    }


def _to_column(field, values):
    if field.type == "json":
        return [
            None if value in (None, False) else json.dumps(value) for value in values
        ]
    empty = {"boolean": False, "integer": 0, "float": 0, "monetary": 0}.get(field.type)
    return [value or empty for value in values]


def _insert(model, columns):
    """Insert rows given as columns; return their ids, in order."""
    count = len(next(iter(columns.values())))
    ids = _next_ids(model, count)
    # What all rows have in common is sent once.
    common = {
        name: values[0]
        for name, values in columns.items()
        if values.count(values[0]) == count
    }
    own = {name: values for name, values in columns.items() if name not in common}
    common |= _get_log_values(model)
    model.env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS rows",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(name) for name in (*common, "id", *own)),
            SQL(", ").join(
                [
                    *(_cast(model, name, value) for name, value in common.items()),
                    SQL("rows.*"),
                ]
            ),
            SQL(", ").join(
                [
                    SQL("%s::int[]", _to_literal(ids)),
                    *(
                        _cast(model, name, _to_literal(values), "[]")
                        for name, values in own.items()
                    ),
                ]
            ),
        )
    )
    return ids


def _to_literal(values):
    """An array as PostgreSQL writes one: read many times faster than a list of
    expressions, which is what the driver makes of it."""
    return f"{{{','.join(map(_to_element, values))}}}"


def _to_element(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _next_ids(model, count):
    return [
        row_id
        for (row_id,) in model.env.execute_query(
            SQL(
                """
                SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass))::int
                  FROM generate_series(1, %s)
                """,
                model._table,
                count,
            )
        )
    ]


def _get_log_values(model):
    if not model._log_access:
        return {}
    now, uid = model.env.cr.now(), model.env.uid
    return dict(zip(LOG_FIELDS, (uid, now, uid, now), strict=True))


def _cast(model, name, value, dimension=""):
    return SQL(
        "%s::%s%s", value, SQL(model._fields[name].column_type[0]), SQL(dimension)
    )
