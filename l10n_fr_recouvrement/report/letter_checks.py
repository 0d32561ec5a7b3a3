from odoo import api, models
from odoo.exceptions import UserError

from ..law import UnknownFactError
from ..paper.letter import heading
from ..paper.words import letter_kinds, mentions


class ReportLetter(models.AbstractModel):
    """Checks the content of letters before they leave, and reports what is wrong with
    the text of the law that wants it."""

    _inherit = "report.l10n_fr_recouvrement.report_letter"

    @api.model
    def _check_mentions(self, action, values):
        """Refuse to print for sending a letter that lacks what the law wants of it, or
        says what it may not (see :mod:`.mentions`)."""
        problems = self._explain_mentions(
            *mentions.check(values),
            date=action.date,
            company=action.company_id.name,
            debtor=action.partner_id.display_name,
            stage=action.stage_id.name,
        )
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _get_sender_problems(self, company):
        """What the letters of a company lack that the law wants on all of them."""
        identity = heading.identity(self._gather_identity(company))
        footer = " ".join([*identity.values(), f"RCS {identity['registry']}"])
        missing = mentions.missing(
            letter_kinds.COMPANY, {"identity": identity, "footer": footer}
        )
        return self._explain_mentions(missing, company=company.name)

    @api.model
    def _explain_mentions(self, missing, broken=(), date=None, **names):
        """Return what is wrong with a letter, as messages that a person can act on,
        each with the text that wants it.

        :param missing: list of :class:`~.mentions.Mention`
        :param broken: list of ``(Rule, words)``
        :param names: ``company``, ``debtor`` and ``stage``
        """
        problems = []
        for mention in missing:
            problem = self.env._(mention.problem)
            problems.append(self._cite(problem % names, mention.article, date))
        for rule, words in broken:
            problem = self.env._(
                "“%(words)s” may not stand in this letter: %(label)s. Change the text "
                "of the stage, or what was added to the letter.",
                words=words,
                label=self.env._(rule.label),
            )
            problems.append(self._cite(problem, rule.article, date))
        return problems

    @api.model
    def _cite(self, problem, code, date):
        """Add to a sentence the text that it comes from, as in force on ``date``."""
        if not code:
            return problem
        table = self.env["recouvrement.legal.fact"]._get_table()
        try:
            article = table.at(
                code, date or self.env.company._recouvrement_today()
            ).article
        except UnknownFactError:
            return problem
        return f"{problem} ({article})"
