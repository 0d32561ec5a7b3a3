from odoo import api, fields, models


class IrCron(models.Model):
    """Scheduled jobs that follow-up leaves work to: one that somebody archived or
    deleted does none, which is reported where the work waits."""

    _inherit = "ir.cron"

    @api.model
    def _recouvrement_find(self, xmlid):
        """The job of an external id, nothing where it is archived or deleted."""
        job = self.env.ref(xmlid, raise_if_not_found=False)
        return job.sudo() if job and job.sudo().active else self.browse()

    @api.model
    def _recouvrement_trigger(self, xmlid, at=None):
        """Have a job called now, or at a moment.

        :return: whether it will be
        """
        job = self._recouvrement_find(xmlid)
        if job and not (at and job._recouvrement_is_triggered(at)):
            job._trigger(at)
        return bool(job)

    def _recouvrement_is_triggered(self, at):
        """Whether a job is called anyway between now and a moment."""
        return bool(
            self.env["ir.cron.trigger"].search_count(
                [
                    ("cron_id", "=", self.id),
                    ("call_at", ">", fields.Datetime.now()),
                    ("call_at", "<=", at),
                ],
                limit=1,
            )
        )

    @api.model
    def _recouvrement_explain_stopped(self, xmlid):
        """Return why a job does not work and the remedy, as text; empty where it
        does."""
        if self._recouvrement_find(xmlid):
            return ""
        job = self.env.ref(xmlid, raise_if_not_found=False)
        if job:
            return self.env._(
                "The scheduled job “%s” is archived: have an administrator activate it "
                "(Settings ▸ Technical ▸ Scheduled Actions).",
                job.sudo().name,
            )
        return self.env._(
            "The scheduled job “%(job)s” was deleted: have an administrator upgrade "
            "the module “%(module)s” (Apps), which makes it again.",
            job=xmlid,
            module=xmlid.partition(".")[0],
        )
