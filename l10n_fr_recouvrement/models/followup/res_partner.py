from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ...const import (
    ACCOUNTING,
    CONTACTED_STATES,
    DUE_STATES,
    OFFICER,
    PROFILES,
    PUBLIC_DELAYS,
    RATE_BASES,
)
from ..settings.contract_rate import check_contract_rate
from ..settings.recouvrement_guarded_mixin import get_given
from ..settings.recouvrement_thread_mixin import note_changes
from ..settings.res_partner import COMPANY_FIELD, REGISTRY_FIELD

# INSEE gives the legal persons of public law a SIREN that begins with 1 or 2.
PUBLIC_SIREN_FIRST_DIGITS = ("1", "2")

# Addresses that letters go to, the best first; the debtor itself comes last.
CONTACT_TYPES = ("recouvrement", "invoice")
# Written by who is in charge of recovery.
OFFICER_FIELDS = {
    "recouvrement_profile",
    "recouvrement_profile_forced",
    "recouvrement_procedure_id",
    "recouvrement_rate_basis",
    "recouvrement_contract_rate",
    "recouvrement_public_delay",
    "recouvrement_insolvency_date",
    "recouvrement_user_id",
    "recouvrement_team_id",
    "recouvrement_lre_consent_date",
    "recouvrement_lre_consent_note",
}
# What the profile is guessed from.
GUESSED_FROM = {
    COMPANY_FIELD,
    REGISTRY_FIELD,
    "parent_id",
    "vat",
    "country_id",
    "name",
}
# Odoo's number of who is not subject to VAT.
NO_VAT = "/"
# What a copy has of its model, for officers.
COPIED_FIELDS = {
    "recouvrement_profile",
    "recouvrement_profile_forced",
    "recouvrement_public_delay",
    "recouvrement_team_id",
    "recouvrement_user_id",
}
ASSIGNMENT_FIELDS = {"recouvrement_user_id", "recouvrement_team_id"}


class ResPartner(models.Model):
    """Debtor: profile, procedure and what is overdue, on the commercial partner."""

    _inherit = "res.partner"

    type = fields.Selection(
        selection_add=[("recouvrement", "Follow-up Address"), ("other",)],
        ondelete={"recouvrement": "set default"},
    )
    recouvrement_profile = fields.Selection(
        PROFILES,
        string="Debtor profile",
        compute="_compute_recouvrement_profile",
        store=True,
        readonly=False,
        tracking=True,
        help="Guessed from the company flag, the VAT number and the SIRET; correct it "
        "when the guess is wrong. Penalties and letters depend on it.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_profile_forced = fields.Boolean(
        "Profile chosen by hand",
        copy=False,
        groups=ACCOUNTING,
        help="Somebody chose the profile: it is not guessed again.",
    )
    recouvrement_procedure_id = fields.Many2one(
        "recouvrement.procedure",
        "Own procedure",
        company_dependent=True,
        domain="[('profile', '=', recouvrement_profile)]",
        help="Leave empty to follow the default procedure of the profile.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_rate_basis = fields.Selection(
        [basis for basis in RATE_BASES if basis[0] != "printed"],
        "Own penalty rate",
        company_dependent=True,
        tracking=True,
        help="What was agreed with this customer. Empty: the rate of your general "
        "terms of sale.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_contract_rate = fields.Float(
        "Own rate of the contract (%)",
        digits=(7, 4),
        company_dependent=True,
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_public_delay = fields.Selection(
        PUBLIC_DELAYS,
        "Time to pay",
        default="state",
        help="Time that this public body has from receipt of the request for payment "
        "(CCP art. R2192-10 and R2192-11).",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_user_id = fields.Many2one(
        "res.users",
        "Responsible for recovery",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        tracking=True,
        help="Who calls and visits this debtor, and answers for what is sent to it.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_team_id = fields.Many2one(
        "recouvrement.team",
        "Recovery team",
        index="btree_not_null",
        tracking=True,
        help="Team that answers for this debtor, with its responsible or without one.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_lre_consent_date = fields.Date(
        "Agreed to electronic registered letters on",
        tracking=True,
        help="Who is no professional must have agreed before the first one (C. postes "
        "art. L100). Empty: not agreed, or withdrawn.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_lre_consent_note = fields.Char(
        "How it agreed",
        tracking=True,
        help="The contract and its clause, the form, the letter that proves it.",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_action_ids = fields.One2many(
        "recouvrement.action",
        "partner_id",
        "Recovery actions",
        groups=ACCOUNTING,
    )
    recouvrement_action_count = fields.Integer(
        compute="_compute_recouvrement_action_count",
        groups=ACCOUNTING,
    )
    recouvrement_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_recouvrement_amounts",
        groups=ACCOUNTING,
    )
    recouvrement_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_recouvrement_amounts",
        currency_field="recouvrement_currency_id",
        help="What is unpaid past its due date, invoice or not, in the currency of the "
        "company, disputed invoices and those left out of follow-up included.",
        groups=ACCOUNTING,
    )
    recouvrement_credits = fields.Monetary(
        "To be deducted",
        compute="_compute_recouvrement_amounts",
        currency_field="recouvrement_currency_id",
        help="Credit notes and payments that are not allocated to an invoice.",
        groups=ACCOUNTING,
    )
    recouvrement_penalties = fields.Monetary(
        "Penalties due",
        compute="_compute_recouvrement_penalties",
        currency_field="recouvrement_currency_id",
        help="Interest, indemnity and costs as of the last computation, less what was "
        "waived, that no debit note charges, in the currency of the company.",
        groups=ACCOUNTING,
    )
    recouvrement_is_debtor = fields.Boolean(
        compute="_compute_recouvrement_is_debtor",
        search="_search_recouvrement_is_debtor",
        help="Owes something past its due date.",
        groups=ACCOUNTING,
    )
    recouvrement_last_contact = fields.Date(
        compute="_compute_recouvrement_last_contact",
        groups=ACCOUNTING,
    )

    def _auto_init(self):
        # EXTENDS base: the ORM would write contact by contact, and log a change of the
        # profile on each of them
        if not column_exists(self.env.cr, self._table, "recouvrement_profile"):
            for name in ("recouvrement_profile", "recouvrement_public_delay"):
                if not column_exists(self.env.cr, self._table, name):
                    create_column(self.env.cr, self._table, name, "varchar")
            self._recouvrement_fill_profiles()
        return super()._auto_init()

    @api.model
    def _recouvrement_fill_profiles(self):
        """Give a profile to the contacts that have none, in one statement: that of
        :meth:`_recouvrement_guess_profile`, and the time to pay that new ones get."""
        registry = self._recouvrement_get_registry_sql("partner")
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner filled
                   SET recouvrement_profile = CASE
                       WHEN country.code = ANY(%(france)s)
                            AND LENGTH(%(registry)s) IN (9, 14)
                            AND LEFT(%(registry)s, 1) = ANY(%(public)s)
                       THEN 'public'
                       WHEN %(no_trader)s THEN 'consumer'
                       WHEN %(company)s
                            OR partner.parent_id IS NOT NULL
                            OR partner.vat NOT IN ('', %(no_vat)s)
                            OR %(registry)s != ''
                       THEN 'business'
                       ELSE 'consumer' END,
                       recouvrement_public_delay = COALESCE(
                           filled.recouvrement_public_delay, %(delay)s)
                  FROM res_partner partner
             LEFT JOIN res_country country ON country.id = partner.country_id
                 WHERE partner.id = filled.id
                   AND filled.recouvrement_profile IS NULL
                """,
                no_vat=NO_VAT,
                france=list(self.env["res.company"]._get_france_country_codes()),
                registry=registry,
                public=list(PUBLIC_SIREN_FIRST_DIGITS),
                company=self._recouvrement_is_company_sql("partner"),
                no_trader=self._recouvrement_may_be_no_trader_sql("partner"),
                delay=self._fields["recouvrement_public_delay"].default(self),
            )
        )

    @api.depends(COMPANY_FIELD, REGISTRY_FIELD, "parent_id", "vat", "country_code")
    def _compute_recouvrement_profile(self):
        for partner in self:
            if not partner.recouvrement_profile_forced:
                partner.recouvrement_profile = partner._recouvrement_guess_profile()

    def _recouvrement_guess_by_numbers(self):
        """Profile that the identifiers of the partner indicate."""
        self.ensure_one()
        registry = self._recouvrement_get_registry()
        if (
            self.country_code in self.env["res.company"]._get_france_country_codes()
            and len(registry) in (9, 14)
            and registry.startswith(PUBLIC_SIREN_FIRST_DIGITS)
        ):
            return "public"
        is_taxed = self.vat and self.vat.strip() != NO_VAT
        if self._recouvrement_is_company() or self.parent_id or is_taxed or registry:
            return "business"
        return "consumer"

    def _compute_recouvrement_action_count(self):
        counts = dict(
            self.env["recouvrement.action"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.recouvrement_action_count = counts.get(partner, 0)

    @api.depends_context("company")
    def _compute_recouvrement_amounts(self):
        company = self.env.company
        today = company._recouvrement_today()
        lines = self.env["account.move.line"]
        own = Domain(
            [
                ("company_id", "=", company.id),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    self.commercial_partner_id.ids,
                ),
            ]
        )
        overdue = self._recouvrement_sum_residuals(
            own & lines._recouvrement_overdue_domain(today)
        )
        credits = self._recouvrement_sum_residuals(
            own & lines._recouvrement_item_domain() & Domain("amount_residual", "<", 0)
        )
        for partner in self:
            debtor = partner.commercial_partner_id
            partner.recouvrement_currency_id = company.currency_id
            partner.recouvrement_overdue = overdue.get(debtor, 0)
            partner.recouvrement_credits = -credits.get(debtor, 0)

    @api.depends_context("company")
    def _compute_recouvrement_penalties(self):
        company = self.env.company
        today = company._recouvrement_today()
        totals = {}
        for partner, currency, amount, waived in self.env[
            "recouvrement.penalty.line"
        ]._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", company.id),
                ("state", "in", DUE_STATES),
            ],
            ["partner_id", "currency_id"],
            ["amount:sum", "amount_waived:sum"],
        ):
            due = currency._convert(
                amount - waived, company.currency_id, company, today
            )
            totals[partner] = totals.get(partner, 0) + due
        for partner in self:
            partner.recouvrement_penalties = totals.get(
                partner.commercial_partner_id, 0
            )

    @api.depends("recouvrement_overdue")
    def _compute_recouvrement_is_debtor(self):
        for partner in self:
            partner.recouvrement_is_debtor = bool(partner.recouvrement_overdue)

    @api.model
    def _search_recouvrement_is_debtor(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = self.env["account.move.line"]
        overdue = lines._search(
            lines._recouvrement_overdue_domain(self.env.company._recouvrement_today())
            & Domain("company_id", "in", self.env.companies.ids)
        )
        contacts = self.with_context(active_test=False)._search(
            [("id", "in", overdue.subselect("partner_id"))]
        )
        return [("id", "in", contacts.subselect("commercial_partner_id"))]

    @api.model
    def _recouvrement_sum_residuals(self, domain):
        """Sum the residuals of journal items by debtor."""
        sums = {}
        for partner, residual in self.env["account.move.line"]._read_group(
            domain, ["partner_id"], ["amount_residual:sum"]
        ):
            debtor = partner.commercial_partner_id
            sums[debtor] = sums.get(debtor, 0) + residual
        return sums

    @api.depends_context("company")
    def _compute_recouvrement_last_contact(self):
        dates = dict(
            self.env["recouvrement.action"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "=", self.env.company.id),
                    ("state", "in", CONTACTED_STATES),
                ],
                ["partner_id"],
                ["date_closed:max"],
            )
        )
        for partner in self:
            partner.recouvrement_last_contact = dates.get(partner)

    @api.constrains("recouvrement_contract_rate")
    def _check_recouvrement_contract_rate(self):
        check_contract_rate(self)

    @api.onchange("recouvrement_profile")
    def _onchange_recouvrement_profile(self):
        """The screen sends the profile that it shows: one that differs from the guess
        was chosen."""
        self.recouvrement_profile_forced = self.recouvrement_profile != (
            self._recouvrement_guess_profile()
        )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: how a debtor is followed up is for officers, however it comes
        if self._recouvrement_may_follow_up():
            default = self.env.context.get("default_recouvrement_profile")
            return super().create(
                [
                    {"recouvrement_profile_forced": True, **vals}
                    if vals.get("recouvrement_profile", default)
                    else vals
                    for vals in vals_list
                ]
            )
        shown = self._recouvrement_get_shown()
        given = get_given(self, [])
        self._recouvrement_check_terms(OFFICER_FIELDS & given)
        kept, profiles = [], []
        for vals in vals_list:
            profiles.append(vals.get("recouvrement_profile"))
            vals = {
                name: value
                for name, value in vals.items()
                if name != "recouvrement_profile"
                and not (name in shown and (value or False) == shown[name])
            }
            self._recouvrement_check_terms(OFFICER_FIELDS & vals.keys())
            kept.append(vals)
        partners = super().create(kept)
        for partner, profile in zip(partners, profiles, strict=True):
            partner._recouvrement_check_guess(profile)
        return partners

    def copy_data(self, default=None):
        # EXTENDS base: it reads what it copies as the user, who may see none of this
        vals_list = super().copy_data(default)
        if not self._recouvrement_may_follow_up():
            return vals_list
        for partner, vals in zip(self, vals_list, strict=True):
            if vals is not None:
                names = COPIED_FIELDS - vals.keys()
                if not partner.recouvrement_profile_forced:
                    names -= {"recouvrement_profile"}
                vals |= partner.read(list(names), load=None)[0]
                vals.pop("id", None)
        return vals_list

    @api.model
    def _recouvrement_refused_defaults(self):
        """See ``ir.default``: who may follow up does not change with the superuser."""
        if self.env.uid == SUPERUSER_ID or self.env.user.has_group(OFFICER):
            return set()
        return OFFICER_FIELDS

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: a default of the context is no way in
        defaults = super().default_get(fields_list)
        if not OFFICER_FIELDS & defaults.keys() or self._recouvrement_may_follow_up():
            return defaults
        shown = self._recouvrement_get_shown()
        return {
            name: shown[name] if name in shown else value
            for name, value in defaults.items()
            if name not in OFFICER_FIELDS or shown.get(name)
        }

    @api.model
    def _recouvrement_may_follow_up(self):
        """Whether the user chooses how debtors are followed up."""
        return self.env.su or self.env.user.has_group(OFFICER)

    @api.model
    def _recouvrement_get_shown(self):
        """``{name: value}`` that an empty form sends: no choice of anybody."""
        defaults = dict.fromkeys(OFFICER_FIELDS, False)
        for name in OFFICER_FIELDS:
            if self._fields[name].default:
                defaults[name] = self._fields[name].default(self)
        return defaults

    @api.model
    def _recouvrement_check_terms(self, names):
        """Refuse what is not for the user to choose."""
        if names and not self._recouvrement_may_follow_up():
            raise AccessError(
                self.env._(
                    "Ask a recovery officer to change how a debtor is followed up."
                )
            )

    def _recouvrement_check_guess(self, profile):
        """Refuse a profile that is not the one guessed from what was entered, which
        screens send as they show it."""
        if profile and any(
            partner.recouvrement_profile != profile for partner in self.sudo()
        ):
            self._recouvrement_check_terms({"recouvrement_profile"})

    def write(self, vals):
        # EXTENDS base: a profile that somebody corrects holds for the open invoices too
        note_changes(self, OFFICER_FIELDS & vals.keys())
        guessed = False
        if "recouvrement_profile" in vals and not self._recouvrement_may_follow_up():
            guessed = vals["recouvrement_profile"]
            vals = {
                name: value
                for name, value in vals.items()
                if name != "recouvrement_profile"
            }
            if not guessed or not vals:
                self._recouvrement_check_terms({"recouvrement_profile"})
        self._recouvrement_check_terms(OFFICER_FIELDS & vals.keys())
        if ASSIGNMENT_FIELDS & vals.keys():
            self._recouvrement_check_assignment()
        if vals.get("recouvrement_profile"):
            vals = {**vals, "recouvrement_profile_forced": True}
        archived = self.browse()
        if vals.get("active") is False:
            archived = self.filtered("active")
        guessed_before = self._recouvrement_get_guesses(vals)
        res = super().write(vals)
        self._recouvrement_follow_guesses(guessed_before)
        self._recouvrement_check_guess(guessed)
        if archived:
            self.env["recouvrement.action"]._follow_archived(archived)
        if vals.get("recouvrement_profile"):
            self._recouvrement_propagate_profile(vals["recouvrement_profile"])
        if "recouvrement_procedure_id" in vals:
            self._recouvrement_propagate_procedure()
        if "recouvrement_insolvency_date" in vals:
            moves = self._recouvrement_unsettled_invoices([])
            moves |= self._recouvrement_late_invoices([])
            moves._recouvrement_follow_payments()
        return res

    def _recouvrement_get_guesses(self, vals):
        """``{partner: profile}`` of those whose profile ``vals`` may have guessed
        anew."""
        if not GUESSED_FROM & vals.keys():
            return {}
        return {
            partner: partner.recouvrement_profile
            for partner in self.sudo()
            if not partner.recouvrement_profile_forced
        }

    def _recouvrement_follow_guesses(self, before):
        """A profile that is guessed anew holds for the open invoices that nobody
        claimed yet: the others were claimed as what they were taken for."""
        changes = {}
        for partner, profile in before.items():
            if partner.recouvrement_profile != profile:
                change = (profile, partner.recouvrement_profile)
                changes[change] = changes.get(change, self.browse()) | partner
        for (profile, guessed), partners in changes.items():
            moves = partners._recouvrement_unsettled_invoices(
                [
                    ("recouvrement_profile", "=", profile),
                    ("recouvrement_stage_id", "=", False),
                    (
                        "recouvrement_action_line_ids",
                        "not any",
                        [("state", "!=", "cancelled")],
                    ),
                ]
            )
            self._recouvrement_apply_guess(moves, guessed)

    @api.model
    def _recouvrement_apply_guess(self, moves, profile):
        """Give invoices the profile that is guessed of their debtor."""
        moves.sudo().recouvrement_profile = profile

    def _recouvrement_unsettled_invoices(self, domain):
        moves = self.env["account.move"].sudo()
        return moves.search(
            [
                *moves._recouvrement_unsettled_domain(),
                ("commercial_partner_id", "in", self.ids),
                ("company_id", "in", self.env.companies.ids),
                *domain,
            ]
        )

    def _recouvrement_late_invoices(self, domain):
        """Invoices, paid late or not, whose penalties nobody has charged."""
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", self.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "=", "posted"),
                    ("recouvrement_penalty_line_ids.state", "in", DUE_STATES),
                    *domain,
                ]
            )
        )

    def _recouvrement_propagate_profile(self, profile):
        moves = self._recouvrement_unsettled_invoices(
            [("recouvrement_profile", "!=", profile)]
        )
        moves |= self._recouvrement_late_invoices(
            [("recouvrement_profile", "!=", profile)]
        )
        moves.recouvrement_profile = profile

    def _recouvrement_propagate_procedure(self):
        company = self.env.company
        procedures = self._recouvrement_procedures(company)
        moves = self._recouvrement_unsettled_invoices([("company_id", "=", company.id)])
        for partner, partner_moves in moves.grouped("commercial_partner_id").items():
            partner_moves.recouvrement_procedure_id = procedures[partner]

    def _recouvrement_procedures(self, company):
        """Return ``{partner: procedure}`` that each debtor follows in ``company``."""
        model = self.env["recouvrement.procedure"]
        defaults = {}
        procedures = {}
        for partner in self.with_company(company):
            profile = partner.sudo().recouvrement_profile
            own = partner.sudo().recouvrement_procedure_id
            if own.profile != profile or not own.active:
                own = model
            if not own and profile not in defaults:
                defaults[profile] = model._get_default(company, profile)
            procedures[partner] = own or defaults[profile]
        return procedures

    def _recouvrement_get_contact(self):
        """Return ``{debtor: partner}``: whom to write to, its follow-up address, else
        its invoice address, else itself."""
        contacts = {partner: partner for partner in self}
        found = self.search(
            [
                ("commercial_partner_id", "in", self.ids),
                ("type", "in", CONTACT_TYPES),
            ]
        )
        for contact in found.sorted(
            lambda contact: (-CONTACT_TYPES.index(contact.type), -contact.id)
        ):
            contacts[contact.commercial_partner_id] = contact
        return contacts

    def action_view_recouvrement_actions(self):
        """Open the recovery actions of this debtor."""
        self.ensure_one()
        self.check_access("read")
        self.env["recouvrement.action"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"create": False}
        return action

    def action_recouvrement_prepare(self):
        """Open the preview of what would go out today to this debtor."""
        self.check_access("read")
        return self.env["recouvrement.run.wizard"]._get_action_for(
            self.env.company, self.commercial_partner_id
        )

    def _recouvrement_penalised_invoices(self):
        """Invoices of these debtors that bear penalties, in the current company."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("recouvrement_penalty_line_ids.state", "in", DUE_STATES),
            ]
        )

    def action_recouvrement_waive(self):
        """Open the assistant that waives penalties of this debtor."""
        self.check_access("read")
        return self._recouvrement_penalised_invoices().action_recouvrement_waive()

    def action_recouvrement_charge(self):
        """Open the assistant that charges penalties of this debtor."""
        self.check_access("read")
        return self._recouvrement_penalised_invoices().action_recouvrement_charge()
