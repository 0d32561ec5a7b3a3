"""Records that the module ships and that somebody may have deleted."""

from odoo.exceptions import UserError


def get_shipped(env, xmlid):
    """The record of an external id.

    :raise UserError: it was deleted: which it is and what to do
    """
    record = env.ref(xmlid, raise_if_not_found=False)
    if not record:
        raise UserError(
            env._(
                "“%(record)s” was deleted: have an administrator upgrade the module "
                "“%(module)s” (Apps), which makes it again.",
                record=xmlid,
                module=xmlid.partition(".")[0],
            )
        )
    return record
