from odoo import fields

from ..settings import batches


class NextDate(fields.Date):
    """Stored date of the next step of an invoice. A change of a stage or of a setting
    has those of every open invoice computed anew: by batches, each of which is written
    and forgotten before the next one."""

    def recompute(self, records):
        # EXTENDS Field
        if len(records) <= batches.BATCH_SIZE:
            super().recompute(records)
            return
        for part in batches.in_batches(records, forget=()):
            part._recouvrement_plan_batch(self)
