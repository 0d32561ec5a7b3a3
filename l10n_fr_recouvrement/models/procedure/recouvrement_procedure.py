from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import file_open
from odoo.tools.convert import xml_import
from odoo.tools.translate import TranslationImporter, get_po_paths

from ...const import PROFILES
from ..settings.batches import in_batches
from .stage_plan import nominal_days

MODULE = "l10n_fr_recouvrement"
SHIPPED_FILES = (
    f"{MODULE}/data/recouvrement_procedure_data.xml",
    f"{MODULE}/data/recouvrement_stage_text_data.xml",
)
COPY_MARK = "__copy"


class RecouvrementProcedure(models.Model):
    """An ordered list of stages for debtors of one profile."""

    _name = "recouvrement.procedure"
    _inherit = "recouvrement.shared.mixin"
    _description = "Recovery procedure"
    _order = "profile, sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="The first procedure of a profile is the default one of its debtors.",
    )
    profile = fields.Selection(PROFILES, required=True, default="business")
    company_id = fields.Many2one(
        "res.company", help="Empty: the procedure serves every company."
    )
    late_entry = fields.Selection(
        [
            ("first", "walks every stage in order"),
            ("reached", "enters at the stage that its lateness reaches"),
        ],
        "An invoice that is late already",
        required=True,
        default="first",
        help="In order: no debtor gets a formal notice without the reminders before "
        "it, however old the debt is.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    min_amount_debtor = fields.Monetary(
        "Smallest debt",
        help="A debtor who owes less, payments and credit notes deducted, is left "
        "alone. In the currency of the company.",
    )
    # Archived stages are shown: they wait to be taken up.
    stage_ids = fields.One2many(
        "recouvrement.stage",
        "procedure_id",
        copy=True,
        context={"active_test": False},
    )
    stage_count = fields.Integer(compute="_compute_stage_count")

    _min_amount_positive = models.Constraint(
        "CHECK(min_amount_debtor IS NULL OR min_amount_debtor >= 0)",
        "The smallest debt cannot be negative.",
    )

    @api.depends("stage_ids.active", "stage_ids.delay_from")
    def _compute_stage_count(self):
        for procedure in self:
            procedure.stage_count = len(procedure.stage_ids._filter_planned())

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for procedure in self:
            company = procedure.company_id or self.env.company
            procedure.currency_id = company.currency_id

    @api.model
    def _get_default(self, company, profile):
        """Procedure that a debtor of ``profile`` follows in ``company`` when nobody
        chose one: the company's own first, then the shared ones, by sequence."""
        candidates = self.sudo().search(
            [
                *self._check_company_domain(company),
                ("profile", "=", profile),
                ("active", "=", True),
            ]
        )
        return candidates.sorted(lambda procedure: not procedure.company_id)[:1]

    def _get_stages_on_request(self, company):
        """Letters that may be written to a debtor of this procedure whenever they are
        asked for: its own, else those that its profile has in ``company``."""
        self.ensure_one()
        own = self.sudo().stage_ids.filtered(
            lambda stage: stage.active and stage._is_on_request()
        )
        return own or self.env["recouvrement.stage"].sudo().search(
            [
                ("procedure_id.profile", "=", self.profile),
                ("procedure_id", "any", self._check_company_domain(company)),
                ("delay_from", "=", "hand"),
            ]
        )

    def _refresh_open_invoices(self):
        """Plan anew the next step of the open invoices that follow these procedures."""
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                Domain("recouvrement_procedure_id", "in", self.ids)
                & self.env["account.move"]._recouvrement_chased_domain()
            )
        )
        self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)

    def write(self, vals):
        # EXTENDS base: an archived procedure leaves its invoices to the default one
        names = sorted({"late_entry", "active"} & vals.keys())
        before = {procedure: [procedure[name] for name in names] for procedure in self}
        res = super().write(vals)
        if "active" in vals and not vals["active"]:
            self._leave_open_invoices()
        self.filtered(
            lambda procedure: before[procedure] != [procedure[name] for name in names]
        )._refresh_open_invoices()
        return res

    def _leave_open_invoices(self):
        """Move the unsettled invoices that follow these procedures to the default one
        of their company and profile."""
        moves = self.env["account.move"].sudo()
        for company, procedure, part in moves._read_group(
            moves._recouvrement_unsettled_domain()
            & Domain("recouvrement_procedure_id", "in", self.ids),
            ["company_id", "recouvrement_procedure_id"],
            ["id:recordset"],
        ):
            default = self._get_default(company, procedure.profile)
            if not default:
                raise ValidationError(
                    self.env._(
                        "%(count)s open invoices of %(company)s follow “%(procedure)s” "
                        "and no other procedure is for their profile: make or restore "
                        "one first.",
                        count=len(part),
                        company=company.display_name,
                        procedure=procedure.name,
                    )
                )
            for some in in_batches(part):
                some.recouvrement_procedure_id = default

    def _get_equivalent(self, stage):
        """Stage of this procedure where an invoice stands that reached ``stage`` of
        another one: that of the same nature, so that no letter is sent twice, else the
        last one that comes no later in it. May be empty."""
        self.ensure_one()
        stages = self.sudo().stage_ids._filter_planned()
        days = nominal_days(stages._get_steps().get(self.id, ()))
        reached = stage._get_nominal_day()
        same = stages.filtered(
            lambda candidate: candidate.kind == stage.kind and not stage.is_human
        ).sorted(lambda candidate: candidate._get_rank())
        earlier = (same or stages).filtered(
            lambda candidate: days[candidate.id] <= reached
        )
        return earlier.sorted(lambda candidate: candidate._get_rank())[-1:] or same[:1]

    @api.constrains("company_id")
    def _check_company_id(self):
        for procedure in self.filtered("company_id"):
            foreign = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("recouvrement_procedure_id", "=", procedure.id),
                        ("payment_state", "in", ("not_paid", "partial")),
                        "!",
                        ("company_id", "child_of", procedure.company_id.id),
                    ],
                    limit=1,
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Invoices of %(company)s follow “%(procedure)s”: duplicate it "
                        "for one company.",
                        company=foreign.company_id.name,
                        procedure=procedure.name,
                    )
                )

    @api.constrains("profile")
    def _check_profile(self):
        self.stage_ids._check_penalties()
        self.stage_ids._check_letter_words()
        for procedure in self:
            misled = (
                self.env["account.move"]
                .sudo()
                .search_count(
                    [
                        ("recouvrement_procedure_id", "=", procedure.id),
                        ("recouvrement_profile", "!=", procedure.profile),
                    ],
                    limit=1,
                )
            )
            if misled:
                raise ValidationError(
                    self.env._(
                        "Invoices follow “%s”: duplicate it for another profile.",
                        procedure.name,
                    )
                )

    def copy_data(self, default=None):
        # EXTENDS base: the name of a copy differs from that of its model
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for procedure, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", procedure.name)
        return vals_list

    # ------------------------------------------------------------------
    # Shipped procedures
    # ------------------------------------------------------------------

    def action_restore_shipped(self):
        """Make fresh copies of the procedures that the module ships, beside the ones
        that are there: nothing that was customised changes."""
        self.check_access("create")
        procedures = self._load_shipped()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Added after yours: %s.", ", ".join(procedures.mapped("name"))
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _read_shipped(self):
        """The shipped procedures, with their letters in other languages, as one
        document."""
        root = etree.Element("odoo")
        for path in SHIPPED_FILES:
            with file_open(path, "rb") as source:
                root.extend(etree.parse(source).getroot())
        return root

    @api.model
    def _load_shipped(self):
        """Load the shipped procedures as records of the company's own.

        They come after the others, so that no debtor changes procedure by it.
        """
        root = self._read_shipped()
        names = {record.get("id") for record in root.iter("record")}
        for node in root.iter("record", "field"):
            attribute = "id" if node.tag == "record" else "ref"
            if node.get(attribute) in names:
                node.set(attribute, node.get(attribute) + COPY_MARK)
        loaded = {}
        xml_import(self.sudo().env, MODULE, loaded, "init", noupdate=True).parse(root)
        self._translate_shipped(loaded)
        self.env["ir.model.data"].sudo().search(
            [("module", "=", MODULE), ("name", "=like", f"%{COPY_MARK}")]
        ).unlink()
        everything = self.sudo().with_context(active_test=False)
        last = everything.search([], order="sequence desc", limit=1).sequence
        procedures = self.browse(
            list(self._get_shipped_ids(loaded, "procedure_").values())
        )
        for index, procedure in enumerate(procedures.sudo(), start=1):
            procedure.sequence = last + 10 * index
            for lang, _name in self.env["res.lang"].get_installed():
                copy = procedure.with_context(lang=lang)
                copy.name = copy.env._("%s (as shipped)", copy.name)
        return procedures

    @api.model
    def _get_shipped_ids(self, loaded, prefix):
        """``{xmlid of the original: id of its copy}`` of the copies of a model."""
        return {
            xmlid.removesuffix(COPY_MARK): record_id
            for xmlid, record_id in loaded.items()
            if xmlid.startswith(f"{MODULE}.{prefix}") and xmlid.endswith(COPY_MARK)
        }

    @api.model
    def _translate_shipped(self, loaded):
        """Give the copies the names that the originals were shipped with, in every
        language of the database."""
        importer = TranslationImporter(self.env.cr, verbose=False)
        for lang, _name in self.env["res.lang"].get_installed():
            for path in get_po_paths(MODULE, lang):
                importer.load_file(path, lang)
        for model, prefix in (
            ("recouvrement.procedure", "procedure_"),
            ("recouvrement.stage", "stage_"),
        ):
            translations = importer.model_translations[model]["name"]
            for xmlid, record_id in self._get_shipped_ids(loaded, prefix).items():
                record = self.env[model].sudo().browse(record_id)
                record.update_field_translations("name", dict(translations[xmlid]))
