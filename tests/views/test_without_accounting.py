"""Users who never see this module work as without it."""

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import RecouvrementCase

# What `purchase` gives those who enter the bills of their orders.
PURCHASE_ACCESS = {
    "account.account": "r",
    "account.journal": "r",
    "account.tax": "r",
    "account.move": "rwcd",
    "account.move.line": "rwcd",
    "account.partial.reconcile": "r",
    "account.full.reconcile": "r",
    "account.payment.term": "r",
    "account.fiscal.position": "r",
    "account.analytic.line": "rwcd",
    "product.product": "r",
    "product.template": "r",
}


class TestWithoutAccounting(RecouvrementCase):
    """Buyers, employees and customers on the portal have no group of accounting: what
    the module adds to Odoo's records stays out of their way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env["res.groups"].create(
            {
                "name": "Acheteurs",
                "implied_ids": [
                    Command.link(cls.env.ref("base.group_user").id),
                    Command.link(cls.env.ref("base.group_partner_manager").id),
                ],
            }
        )
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"{model} buyers",
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    **{
                        f"perm_{name}": letter in rights
                        for name, letter in zip(
                            ("read", "write", "create", "unlink"), "rwcd", strict=True
                        )
                    },
                }
                for model, rights in PURCHASE_ACCESS.items()
            ]
        )
        cls.buyer = cls._create_user("acheteur", "base.group_user")
        cls.buyer.group_ids += group
        cls.employee = cls._create_user("salarie", "base.group_user")
        cls.portal = new_test_user(cls.env, "portail", groups="base.group_portal")
        cls.supplier = cls._create_debtor("Fournisseur", is_company=True)

    def _bill(self, move_type="in_invoice"):
        return (
            self.env["account.move"]
            .with_user(self.buyer)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": self.supplier.id,
                    "invoice_date": "2026-05-01",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": name,
                                "price_unit": 10,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for name in ("Papier", "Encre")
                    ],
                }
            )
        )

    def test_bills(self):
        for move_type in ("in_invoice", "in_refund", "out_invoice"):
            bill = self._bill(move_type)
            bill.invoice_line_ids[0].unlink()
            bill.write({"invoice_line_ids": [Command.delete(bill.invoice_line_ids.id)]})
            bill.write({"ref": "F-1", "invoice_date_due": "2026-06-01"})
            bill.partner_id = self.business
            bill.message_post(body="Note")
            bill.copy()
            bill.unlink()
            self.assertFalse(bill.exists())

    def test_posting_and_back(self):
        for move_type in ("in_invoice", "out_invoice"):
            bill = self._bill(move_type)
            # `sale` and `purchase` post as superuser, for whoever asked
            bill.sudo().action_post()
            bill.with_user(self.buyer).read(["name", "payment_state"])
            bill.with_user(self.buyer).button_draft()
            bill.with_user(self.buyer).button_cancel()
            bill.with_user(self.buyer).button_draft()
            bill.with_user(self.buyer).unlink()

    def test_lines_of_a_debit_note_are_minded_all_the_same(self):
        invoice = self._invoice(self.business, 5400, "2026-05-31")
        with freeze_time("2026-10-15"):
            wizard = self.env["recouvrement.debit.wizard"].browse(
                invoice.action_recouvrement_charge()["res_id"]
            )
            wizard.post = False
            wizard.action_charge()
            note = invoice.recouvrement_debit_note_ids
            self.env.flush_all()
            note.with_user(self.buyer).invoice_line_ids.unlink()
        self.assertFalse(note.invoice_line_ids)
        self.assertEqual(
            set(invoice.recouvrement_penalty_line_ids.mapped("state")), {"accrued"}
        )

    def test_contacts(self):
        partners = self.env["res.partner"].with_user(self.buyer)
        partner = partners.create({"name": "Nouveau", "vat": "FR23334175221"})
        partner.write({"is_company": True, "email": "a@example.com", "street": "1 rue"})
        partner.write({"child_ids": [Command.create({"name": "Contact"})]})
        partner.name_search("Nouveau")
        partners.search_read([("id", "=", partner.id)], ["display_name"])
        partner.message_post(body="Note")
        partner.copy()
        twin = partners.create({"name": "Nouveau", "email": partner.email})
        self.env["base.partner.merge.automatic.wizard"].with_user(self.buyer)._merge(
            (partner + twin).ids, partner
        )
        partner.active = False
        self.assertEqual(
            partner.sudo().recouvrement_profile, "business", "guessed all the same"
        )

    def test_nothing_hidden_is_copied(self):
        """Duplicating reads each field that is copied as the user, who may not."""
        for model in ("account.move", "account.move.line", "res.partner", "res.users"):
            self.assertFalse(
                [
                    name
                    for name, field in self.env[model]._fields.items()
                    if name.startswith("recouvrement_") and field.groups and field.copy
                ]
            )

    def test_messages_and_files(self):
        for user in (self.buyer, self.employee):
            partner = self.env["res.partner"].with_user(user).browse(user.partner_id.id)
            partner.sudo().message_post(body="Bonjour", author_id=user.partner_id.id)
            attachment = (
                self.env["ir.attachment"]
                .with_user(user)
                .create({"name": "a.txt", "raw": b"a"})
            )
            attachment.write({"name": "b.txt", "raw": b"b"})
            attachment.unlink()

    def test_mails_in_the_queue(self):
        """Whoever may write a mail need not read the record that it is about."""
        other = self._create_company(name="Autre société")
        move = self.env["account.move"].create(
            {"move_type": "entry", "company_id": other.id}
        )
        mail = self.env["mail.mail"].create(
            {"model": "account.move", "res_id": move.id, "body_html": "<p>a</p>"}
        )
        system = self._create_user("admin2", "base.group_system")
        self.env.invalidate_all()
        mail.with_user(system).cancel()
        self.assertEqual(mail.state, "cancel")

    def test_companies_and_accounts(self):
        admin = self._create_user(
            "droits", "base.group_erp_manager,base.group_partner_manager"
        )
        company = self.env["res.company"].with_user(admin).create({"name": "Filiale"})
        company.write({"phone": "01", "email": "x@example.com"})
        account = (
            self.env["res.partner.bank"]
            .with_user(self.buyer)
            .create(
                {
                    "acc_number": "FR7610107001011234567890129",
                    "partner_id": self.supplier.id,
                }
            )
        )
        account.acc_holder_name = "Fournisseur"
        account.unlink()

    def test_customer_on_the_portal(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        invoice.message_subscribe(self.portal.partner_id.ids)
        self.portal.partner_id.parent_id = self.business
        mine = invoice.with_user(self.portal)
        mine.read(["name", "amount_residual"])
        mine.line_ids.read(["name"])
        fields = self.env["account.move"].with_user(self.portal).fields_get()
        self.assertFalse([name for name in fields if name.startswith("recouvrement_")])
        self.env["res.partner"].with_user(self.portal).browse(
            self.portal.partner_id.id
        ).sudo().write({"street": "3 rue Neuve", "vat": "FR23334175221"})
