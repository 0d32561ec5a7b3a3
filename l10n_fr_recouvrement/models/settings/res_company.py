from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare, format_date, ormcache

from ... import law
from ...const import (
    BELOW_FLOOR,
    CREDIT_EFFECTS,
    DUE_STATES,
    MANAGER,
    PROFILES,
    RATE_BASES,
)
from .contract_rate import check_contract_rate
from .recouvrement_guarded_mixin import get_given

# Account of the French chart for what late customers pay, first found.
PENALTY_ACCOUNT_CODES = ("763100", "758100")
# Settings that decide when stages fall due.
START = "recouvrement_start_date"
PLANNING_FIELDS = {START, "recouvrement_alsace_moselle"}
# How a company recovers is not for its customers, who read companies on the portal.
INTERNAL = "base.group_user"
# Settings that the penalties of invoices paid before they changed depend on too.
PENALTY_FIELDS = {
    "recouvrement_divisor",
    "recouvrement_insolvency_day",
    "recouvrement_consumer_start",
}


class ResCompany(models.Model):
    """Creditor: how follow-up runs, and the particulars that its letters must state."""

    _inherit = "res.company"

    recouvrement_auto = fields.Boolean(
        "Daily follow-up",
        help="The daily job prepares the actions of this company and sends the e-mails "
        "that need no approval. Off until somebody starts it.",
        groups=INTERNAL,
    )
    recouvrement_start_date = fields.Date(
        "Follow invoices due from",
        help="Invoices due before this day are left alone. Empty: no limit.",
        groups=INTERNAL,
    )
    recouvrement_started_on = fields.Date(
        "Follow-up started on",
        readonly=True,
        help="Day that somebody last answered the assistant that starts follow-up.",
        groups=INTERNAL,
    )
    recouvrement_min_interval = fields.Integer(
        "Days between contacts",
        default=5,
        help="A debtor is not contacted again before this many days.",
        groups=INTERNAL,
    )
    recouvrement_consumer_interval = fields.Integer(
        "Days between contacts of a consumer",
        default=7,
        help="A consumer is not contacted again before this many days, nor before "
        "those of every debtor. No text says how many: repeated contacts may be an "
        "aggressive practice (C. conso. art. L121-6 and L121-7).",
        groups=INTERNAL,
    )
    recouvrement_bank_days = fields.Integer(
        "Bank entries at most this old (days)",
        default=7,
        help="Where the last bank entry is older, debtors may have paid already: the "
        "preview warns, and the daily job sends nothing. 0: never mind.",
        groups=INTERNAL,
    )
    recouvrement_transit_days = fields.Integer(
        "Days that payments are under way",
        default=10,
        help="A payment that the bank has not confirmed after this many days is shown "
        "in the preview. Its invoice is not claimed meanwhile.",
        groups=INTERNAL,
    )
    recouvrement_divisor = fields.Selection(
        [("365", "365 days"), ("actual", "Days of the civil year (365 or 366)")],
        "Interest divisor",
        default="365",
        required=True,
        help="No text fixes it: 365 is the common use, the civil year follows "
        "Cass. com. 10 January 1995, 91-21.141. It is printed on the letter.",
    )
    recouvrement_alsace_moselle = fields.Boolean("Holidays of Alsace-Moselle")
    recouvrement_legal_form = fields.Char(
        "Legal form",
        help="SARL, SAS… as on the K-bis (C. com. art. R123-238). A sole trader enters "
        "EI, “EI commerçant” where it is in the trade register: letters say so next to "
        "the name (C. com. art. R526-27).",
    )
    recouvrement_share_capital = fields.Char(
        "Share capital", help="As printed on letters, for instance 50 000 €."
    )
    recouvrement_rcs_city = fields.Char(
        "Registry (RCS)", help="Town of the registry (C. com. art. R123-237)."
    )
    recouvrement_signatory_name = fields.Char("Signatory")
    recouvrement_signatory_title = fields.Char("Title of the signatory")
    recouvrement_fold_marks = fields.Boolean(
        "Folding marks",
        default=True,
        help="Print where a sheet is folded in three for a DL envelope.",
    )
    recouvrement_mediator = fields.Char(
        "Consumer mediator",
        help="Name, address and website of the mediator that your consumers may turn "
        "to (C. conso. art. L612-1 and L616-1), printed in their last letters.",
    )
    recouvrement_bank_id = fields.Many2one(
        "res.partner.bank",
        "Account to pay to",
        domain="[('partner_id', '=', partner_id)]",
        help="Printed on letters with its payment code. Empty: the first account.",
    )

    recouvrement_rate_basis = fields.Selection(
        [basis for basis in RATE_BASES if basis[0] != "printed"],
        "Penalty rate",
        default="ecb",
        required=True,
        help="Rate of your general terms of sale, frozen on each invoice to a business "
        "when it is posted. Without a stipulation the law sets the ECB rate plus 10 "
        "points (C. com. art. L441-10, II).",
    )
    recouvrement_contract_rate = fields.Float("Rate of the contract (%)", digits=(7, 4))
    recouvrement_below_floor = fields.Selection(
        BELOW_FLOOR,
        "When it is under the legal floor",
        default="floor",
        required=True,
        help="What replaces a rate under 3 × the legal rate is not settled by any "
        "text: the floor is the prudent choice.",
        groups=INTERNAL,
    )
    recouvrement_credit_effect = fields.Selection(
        CREDIT_EFFECTS,
        "Credit notes",
        default="correction",
        required=True,
        help="How a credit note counts for interest, unless said otherwise on the "
        "invoice it is set against.",
        groups=INTERNAL,
    )
    recouvrement_consumer_start = fields.Selection(
        [
            ("presented", "First presentation of the registered letter"),
            ("sent", "Sending of the formal notice"),
            ("received", "Receipt of the registered letter"),
        ],
        "Interest of consumers runs from",
        default="presented",
        required=True,
        help="A consumer owes interest from the formal notice (C. civ. art. 1231-6 and "
        "1344-1); no text says which of these days it is.",
        groups=INTERNAL,
    )
    recouvrement_insolvency_day = fields.Boolean(
        "The day of an insolvency judgment bears interest",
        help="The text is silent (C. com. art. L622-28): no is the prudent choice.",
        groups=INTERNAL,
    )
    recouvrement_waiver_limit = fields.Monetary(
        "Officers waive up to",
        default=200,
        help="A waiver of more than this is granted by a recovery manager.",
        groups=INTERNAL,
    )
    recouvrement_officer_scope = fields.Selection(
        [
            ("all", "Every debtor"),
            ("team", "Debtors of their teams and of the members, or nobody's"),
            ("own", "Debtors whose responsible they are, or who have none"),
        ],
        "Officers see",
        default="all",
        required=True,
        help="Actions that a recovery officer sees and changes, those given to them "
        "included. Managers see and change all of them, accountants see them.",
        groups=INTERNAL,
    )
    recouvrement_approval_limit = fields.Monetary(
        "Officers approve up to",
        help="An action that claims more than this is approved by a recovery manager, "
        "at stages that need no approval as well. 0: no limit.",
        groups=INTERNAL,
    )
    recouvrement_call_attempts = fields.Integer(
        "Calls without answer",
        default=3,
        help="After this many, the call is closed and the procedure goes on.",
        groups=INTERNAL,
    )
    recouvrement_debit_journal_id = fields.Many2one(
        "account.journal",
        "Journal of debit notes",
        domain="[('type', '=', 'sale'), ('company_id', '=', id)]",
        help="Empty: made with the first debit note.",
    )
    recouvrement_penalty_account_id = fields.Many2one(
        "account.account",
        "Account of penalties",
        domain="[('internal_group', '=', 'income'), ('company_ids', '=', id)]",
        help="763100 Revenus des créances commerciales is the usual account, 758100 "
        "Dédits et pénalités perçus the other one. Empty: the first of them.",
    )
    recouvrement_indemnity_account_id = fields.Many2one(
        "account.account",
        "Account of indemnities and costs",
        domain="[('internal_group', '=', 'income'), ('company_ids', '=', id)]",
        help="Empty: the account of penalties.",
    )

    recouvrement_double_sided = fields.Boolean(
        "Letters on both sides",
        help="Letters printed together start on a sheet of their own each, so that the "
        "printer may print on both sides.",
    )
    recouvrement_lre_provider = fields.Selection(
        [("http", "Gateway over HTTP (JSON)")],
        "Service of electronic registered letters",
        help="A qualified service (eIDAS, C. postes art. L100), reached through a "
        "gateway that the integrator's guide describes.",
        groups=INTERNAL,
    )
    recouvrement_lre_url = fields.Char(
        "Address of the service",
        groups="base.group_system",
    )
    recouvrement_lre_key = fields.Char(
        "Key of the service",
        groups="base.group_system",
        copy=False,
    )

    @api.constrains("recouvrement_lre_url")
    def _check_recouvrement_lre_url(self):
        service = self.env["recouvrement.lre.provider.http"]
        for company in self.sudo():
            url = company.recouvrement_lre_url
            if url and not service._is_safe_url(url):
                raise ValidationError(
                    self.env._(
                        "%s: letters and their key travel encrypted, to an address "
                        "that begins with https://.",
                        company.name,
                    )
                )

    @api.constrains("recouvrement_rate_basis", "recouvrement_contract_rate")
    def _check_recouvrement_contract_rate(self):
        check_contract_rate(self)
        for company in self:
            if (
                company.recouvrement_rate_basis == "contract"
                and float_compare(
                    company.recouvrement_contract_rate, 0, precision_digits=4
                )
                <= 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s: enter the fixed rate of your contracts, or choose another "
                        "penalty rate.",
                        company.name,
                    )
                )

    @api.constrains("recouvrement_bank_id")
    def _check_recouvrement_bank(self):
        for company in self:
            bank = company.recouvrement_bank_id
            if bank and bank.partner_id != company.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(account)s is not an account of %(company)s: letters would "
                        "ask to pay somebody else.",
                        account=bank.display_name,
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        self._recouvrement_check_settings(get_given(self, vals_list))
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS base: what decides when stages fall due
        self._recouvrement_check_settings(vals)
        before = self._recouvrement_get_planning(vals)
        res = super().write(vals)
        if "partner_id" in vals:
            self._recouvrement_forget_zones()
        after = self._recouvrement_get_planning(vals)
        for company in self:
            if after[company] != before[company]:
                company._recouvrement_plan_anew(before[company], after[company])
        if PENALTY_FIELDS & vals.keys():
            self.env["account.move"]._recouvrement_reopen_penalties(
                [
                    ("company_id", "in", self.ids),
                    "|",
                    ("recouvrement_profile", "=", "consumer"),
                    ("recouvrement_penalty_line_ids.state", "in", DUE_STATES),
                ]
            )
        return res

    def _recouvrement_get_planning(self, names):
        """Return ``{company: {name: value}}`` of what moves the next steps of its
        invoices, among the fields of these names."""
        names = PLANNING_FIELDS.intersection(names)
        return {company: {name: company[name] for name in names} for company in self}

    def _recouvrement_plan_anew(self, before, after):
        """Plan the open invoices again whose next step these settings move: the first
        day followed matters to what falls due between the former and the new one."""
        self.ensure_one()
        moves = self.env["account.move"].sudo()
        domain = moves._recouvrement_open_domain() & Domain("company_id", "=", self.id)
        if {**before, START: None} == {**after, START: None}:
            first, last = sorted(vals[START] or date.min for vals in (before, after))
            domain &= Domain(
                "line_ids",
                "any",
                [
                    ("display_type", "=", "payment_term"),
                    ("date_maturity", ">=", first),
                    ("date_maturity", "<", last),
                ],
            )
        moves = moves.search(domain)
        self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)

    @api.model
    def _recouvrement_check_settings(self, names):
        """Rates, limits and rights of follow-up are set by its managers and by those
        who administer the settings, not by whoever may write a company."""
        if (
            not self.env.su
            and any(name.startswith("recouvrement_") for name in names)
            and not self.env.user.has_group(MANAGER)
            and not self.env.user.has_group("base.group_system")
        ):
            raise AccessError(
                self.env._("Ask a recovery manager to change the settings of recovery.")
            )

    def _recouvrement_get_lre_provider(self):
        """The service that the company sends electronic registered letters by."""
        name = self.sudo().recouvrement_lre_provider
        base = "recouvrement.lre.provider"
        return self.env[f"{base}.{name}" if name else base]

    def _recouvrement_today(self):
        """The day that it is where the company is: what runs for it, a job or a user in
        another time zone, goes by this day. Of several companies the first, of none the
        current one."""
        return self._recouvrement_get_day(fields.Datetime.now())

    @api.model
    def _recouvrement_group_by_today(self, records):
        """Return ``{day: records}``: by the day that it is where their companies
        are."""
        groups = {}
        by_company = records.grouped(lambda record: record.sudo().company_id)
        for company, part in by_company.items():
            today = company._recouvrement_today()
            groups[today] = groups.get(today, records.browse()) | part
        return groups

    def _recouvrement_get_day(self, moment):
        """The day of a moment where the company is."""
        company = self[:1] or self.env.company
        zone = company._recouvrement_get_zone()
        return fields.Date.context_today(company.with_context(tz=zone), moment)

    @ormcache("self.id")
    def _recouvrement_get_zone(self):
        """Time zone of the company, kept: each payment asks for it."""
        partner = self.sudo().partner_id
        return partner.tz or law.legal_time(partner.country_id.code, partner.zip)

    @ormcache("self.id")
    def _recouvrement_get_branch_ids(self):
        """Companies in use of the same root, this one among them, kept: each batch of
        debtors asks. Odoo forgets them where one is made, archived or deleted."""
        companies = self.sudo().with_context(active_test=True)
        return companies.search([("id", "child_of", self.root_id.id)]).ids

    @api.model
    def _recouvrement_forget_zones(self):
        self.env.registry.clear_cache()

    def _recouvrement_next_working_day(self, day):
        """``day``, or the first working day after it, where the company is."""
        return law.next_working_day(day, self.recouvrement_alsace_moselle)

    def _recouvrement_get_bank_warning(self, date):
        """Return a warning when bank entries are too old to know who has paid, else
        an empty text, as for a company that enters none (0 days)."""
        self.ensure_one()
        if not self.recouvrement_bank_days:
            return ""
        [[last]] = (
            self.env["account.bank.statement.line"]
            .sudo()
            ._read_group(
                [("company_id", "=", self.id), ("date", "<=", date)], [], ["date:max"]
            )
        )
        if not last or (date - last).days <= self.recouvrement_bank_days:
            return ""
        return self.env._(
            "The last bank entry is of %s: debtors may have paid since. Enter the bank "
            "statements first.",
            format_date(self.env, last),
        )

    def _recouvrement_get_min_interval(self, profile):
        """Days that a debtor of a profile is left alone between two contacts."""
        self.ensure_one()
        days = self.recouvrement_min_interval
        if profile == "consumer":
            return max(days, self.recouvrement_consumer_interval)
        return days

    def _recouvrement_get_longest_interval(self):
        """The longest of them, whatever the profile."""
        return max(map(self._recouvrement_get_min_interval, dict(PROFILES)))

    def _recouvrement_get_mediator_warning(self):
        """Return a warning when consumers owe the company something and it has entered
        no mediator whom they may turn to, else an empty text."""
        self.ensure_one()
        if self.recouvrement_mediator:
            return ""
        moves = self.env["account.move"].sudo()
        owed = moves._recouvrement_open_domain() & Domain(
            [("company_id", "=", self.id), ("recouvrement_profile", "=", "consumer")]
        )
        if not moves.search_count(owed, limit=1):
            return ""
        return self.env._(
            "%s has invoices to consumers and no consumer mediator: every seller to "
            "consumers has one (C. conso. art. L612-1) and says so (art. L616-1 and "
            "R616-1). Enter it in the settings of debt recovery: letters name it.",
            self.name,
        )

    def _recouvrement_get_penalty_account(self):
        """Income account that debit notes are booked to."""
        self.ensure_one()
        account = self.recouvrement_penalty_account_id
        accounts = self.env["account.account"].with_company(self)
        for code in PENALTY_ACCOUNT_CODES:
            account = account or accounts.search(
                [("code", "=", code), *accounts._check_company_domain(self)], limit=1
            )
        if not account:
            raise UserError(
                self.env._(
                    "Choose the account of penalties in the settings of debt recovery: "
                    "%(company)s has none of %(codes)s.",
                    company=self.name,
                    codes=", ".join(PENALTY_ACCOUNT_CODES),
                )
            )
        return account

    def _recouvrement_get_debit_journal(self):
        """Journal of debit notes, made when there is none."""
        self.ensure_one()
        company = self.sudo()
        if not company.recouvrement_debit_journal_id:
            company.recouvrement_debit_journal_id = (
                self.env["account.journal"]
                .sudo()
                .create(company._recouvrement_prepare_debit_journal_vals())
            )
        return company.recouvrement_debit_journal_id.with_env(self.env)

    def _recouvrement_prepare_debit_journal_vals(self):
        self.ensure_one()
        return {
            "name": self.env._("Late-payment penalties"),
            "type": "sale",
            "code": "PENAL",
            "company_id": self.id,
            "default_account_id": self._recouvrement_get_penalty_account().id,
            "show_on_dashboard": False,
            "refund_sequence": True,
        }

    def _recouvrement_get_registry(self):
        """SIRET or SIREN of the company, without spaces, empty if it has none."""
        self.ensure_one()
        return self.partner_id.sudo()._recouvrement_get_registry()

    def _recouvrement_get_account(self):
        """Return the :class:`BankAccount` that letters ask to pay to."""
        self.ensure_one()
        bank = self.recouvrement_bank_id or self.partner_id.bank_ids[:1]
        return bank._recouvrement_get_account(holder=self.name)
