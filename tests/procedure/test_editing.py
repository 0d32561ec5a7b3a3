"""Texts of letters and e-mails, worded on screen without code."""

import base64
import subprocess
from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement.models.procedure.recouvrement_text_mixin import (
    LETTER_TEXTS,
)
from odoo.addons.l10n_fr_recouvrement.paper.words import letter_placeholders

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"
QWEB_LOGGER = "odoo.addons.mail.models.mail_render_mixin"


class EditingCase(RecouvrementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminder = cls.env.ref(f"{MODULE}.stage_business_reminder")
        cls.second = cls.env.ref(f"{MODULE}.stage_business_second")
        cls.notice = cls.env.ref(f"{MODULE}.stage_business_notice")
        cls.template = cls.env.ref(f"{MODULE}.mail_template_letter")
        cls.manager = cls._create_user(
            "responsable",
            f"{MODULE}.group_recovery_manager,account.group_account_invoice",
        )
        cls.officer = cls._create_user("charge", f"{MODULE}.group_recovery_officer")

    @classmethod
    def _only_editors_write_templates(cls):
        """As where the settings restrict templates to the group for it."""
        cls.env["ir.config_parameter"].set_param("mail.restrict.template.rendering", 1)
        cls.env.ref("mail.group_mail_template_editor").implied_by_ids = [
            Command.clear()
        ]


class TestPlaceholders(EditingCase):
    """The list that the screen explains, that everybody may use."""

    def test_each_has_a_value_on_a_real_letter(self):
        earlier = self._invoice(self.business, 100, "2026-05-01", ref="BC 7")
        self.business.ref = "C0042"
        officer = self.officer
        officer.write({"phone": "01 99 00 12 35", "email": "d@atelier.example.com"})
        self.business.recouvrement_user_id = officer
        self._approve_and_send(self._run("2026-05-05"), "2026-05-05")
        action = self._run("2026-05-21")
        self.assertEqual(action.line_ids.move_id, earlier)
        values = {}
        for placeholder in action._get_placeholders():
            expression = placeholder.expression
            [values[expression]] = (
                self.env["mail.render.mixin"]
                ._render_template_inline_template(
                    f"{{{{ {expression} }}}}", action._name, action.ids
                )
                .values()
            )
        values = {name: value.replace("\xa0", " ") for name, value in values.items()}
        values.pop("object.letter_note")
        self.assertFalse([name for name, value in values.items() if not value])
        self.assertEqual(
            {
                name: values[f"object.{name}"]
                for name in (
                    "days_late",
                    "first_due_text",
                    "first_invoice_date_text",
                    "first_invoice_text",
                    "iban_text",
                    "invoice_count",
                    "last_letter_text",
                    "partner_id.ref",
                    "principal_text",
                    "user_id.phone",
                )
            },
            {
                "days_late": "20",
                "first_due_text": "1er mai 2026",
                "first_invoice_date_text": "1er avril 2026",
                "first_invoice_text": earlier.name,
                "iban_text": "FR76 3000 6000 0112 3456 7890 189",
                "invoice_count": "1",
                "last_letter_text": "5 mai 2026",
                "partner_id.ref": "C0042",
                "principal_text": "100,00 €",
                "user_id.phone": "01 99 00 12 35",
            },
        )

    def test_the_screen_explains_each(self):
        help_ = self.reminder.with_user(self.officer).placeholder_help
        for placeholder in letter_placeholders.PLACEHOLDERS:
            self.assertIn(f"{{{{ {placeholder.expression} }}}}", help_)

    def test_nothing_else_is_tried_out_without_the_right(self):
        """No text of any kind runs code that its author may not write, not even to say
        that it is wrong; the preview neither."""
        self._only_editors_write_templates()
        stage = self.second.with_user(self.manager)
        hostile = (
            "object.env['res.partner'].sudo().browse(%s).write({'name': 'taken'})"
            % self.business.id
        )
        inline, rich = f"{{{{ {hostile} }}}}", f'<p><t t-out="{hostile}"/></p>'
        for name, text in (
            ("letter_subject", inline),
            ("letter_closing", rich),
            ("sms_text", inline),
        ):
            with self.subTest(name):
                with self.assertRaises(AccessError) as caught:
                    stage[name] = text
                self.assertIn("placeholders", str(caught.exception))
            if name != "sms_text":
                with self.subTest(name), self.assertRaises(AccessError):
                    stage.get_preview({name: text}, self.business.id)
        self.assertEqual(self.business.name, "Menuiserie Exemple")
        self.assertNotIn("object.env", self.second.sms_text)

    def test_a_wrong_placeholder_of_an_sms_is_refused(self):
        stage = self.reminder.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, "SMS"):
            stage.sms_text = "Bonjour {{ object.no_such_thing }}"

    def test_a_module_adds_its_own(self):
        """As doc/integrator.md shows."""
        own = letter_placeholders.Placeholder(
            "object.partner_id.city", "City of the debtor", "Lyon"
        )
        action = self.env["recouvrement.action"]
        shipped = action._get_placeholders()
        self._only_editors_write_templates()
        stage = self.second.with_user(self.manager)
        with self.assertRaises(AccessError):
            stage.letter_subject = "{{ object.partner_id.city }}"
        self.patch(type(action), "_get_placeholders", lambda _action: (*shipped, own))
        stage.letter_subject = "{{ object.partner_id.city }}"
        stage.invalidate_recordset()
        self.assertIn("City of the debtor", stage.placeholder_help)
        with self.assertRaisesRegex(ValidationError, "object.partner_id.city"):
            stage.letter_subject = "{{ object.partner_id.citi }}"

    def test_those_and_no_others_without_the_right_to_write_templates(self):
        self._only_editors_write_templates()
        stage = self.second.with_user(self.manager)
        allowed = [
            placeholder.expression
            for placeholder in letter_placeholders.PLACEHOLDERS
            if not placeholder.email_only
        ]
        stage.letter_demand = "".join(
            f'<p><t t-out="{expression}"></t></p>' for expression in allowed
        )
        stage.letter_subject = " ".join(f"{{{{ {name} }}}}" for name in allowed)
        stage.payment_days = 9
        for vals in (
            {"letter_demand": '<p><t t-out="object.partner_id.vat"></t></p>'},
            {"letter_subject": "{{ object.partner_id.vat }}"},
            {"mail_body": '<p><t t-out="object.partner_id.vat"></t></p>'},
            {"mail_subject": "{{ object.partner_id.vat }}"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                stage.write(vals)
        stage.mail_body = "<p>Voir la lettre {{ object.name }}.</p>"
        self.assertIn('<t t-out="object.name"/>', self.template.body_html)

    def test_the_shipped_texts_ask_for_no_other(self):
        """So that whoever words stages can word all of them."""
        self._only_editors_write_templates()
        stages = self.env["recouvrement.stage"].search([])
        texts = self.env["recouvrement.stage.text"].search([])
        for record in (stages + stages.browse(), texts):
            self.assertFalse(record._has_unsafe_expression())
        for stage in stages.filtered("mail_template_id").with_user(self.manager):
            stage.mail_body = f"{stage.mail_body}<p>À bientôt.</p>"

    def test_officers_word_nothing(self):
        with self.assertRaises(AccessError):
            self.second.with_user(self.officer).letter_subject = "Relance"
        with self.assertRaises(AccessError):
            self.second.with_user(self.officer).action_own_mail()
        texts = self.second.text_ids.with_user(self.officer)
        self.assertEqual(texts.lang, "en_US")
        with self.assertRaises(AccessError):
            texts.letter_subject = "Reminder"


class TestBrokenTexts(EditingCase):
    """What cannot be printed is refused, with the line and what was meant."""

    def _refuse(self, vals, *words):
        with (
            self.subTest(vals),
            mute_logger(QWEB_LOGGER),
            self.assertRaises(ValidationError) as caught,
        ):
            self.second.write(vals)
        message = str(caught.exception)
        for word in words:
            self.assertIn(word, message)

    def test_a_name_that_does_not_exist(self):
        self._refuse(
            {
                "letter_demand": "<p>Bonjour,</p><ul><li>Un</li></ul>"
                '<p>Soit <t t-out="object.amont_text"></t> à régler.</p>'
            },
            "The stage “Second reminder”, “What is asked”, line 3",
            "(Soit {object.amont_text} à régler.)",
            "“object.amont_text” does not exist.",
            "Did you mean “object.amount_text”?",
        )
        self._refuse(
            {"letter_subject": "Relance {{ object.principal_txt }}"},
            "“Subject”, line 1",
            "Did you mean “object.principal_text”?",
        )
        self._refuse(
            {"letter_intro": '<p><t t-out="amount_text"></t></p>'},
            "“amount_text” does not exist.",
            "Did you mean “object.amount_text”?",
        )
        self._refuse(
            {"letter_intro": '<p><t t-out="object.partner_id.nom"></t></p>'},
            "Did you mean “object.partner_id.name”?",
        )

    def test_an_expression_that_cannot_be_read_or_fails(self):
        self._refuse(
            {"letter_closing": '<p>Un</p><p><t t-out="object.amount_text +"></t></p>'},
            "“Closing”, line 2",
            "“object.amount_text +” cannot be read",
        )
        self._refuse({"letter_subject": "{{ object. }}"}, "cannot be read")
        self._refuse(
            {"letter_closing": '<p>Un<br/>deux <t t-out="1 / 0"></t></p>'},
            "line 2 (deux {1 / 0})",
            "“1 / 0” fails: ",
        )
        self._refuse({"letter_subject": "{{ 1 / 0 }}"}, "“1 / 0” fails: ")
        self._refuse(
            {"letter_intro": '<p><t t-out="object.partner_id"></t></p>'},
            "“object.partner_id” is a record",
            "Did you mean “object.partner_id.name”?",
        )

    def test_a_loop_is_read_too(self):
        self.second.letter_intro = (
            '<p t-foreach="object.line_ids" t-as="line"><t t-out="line.label"></t></p>'
        )
        self._refuse(
            {
                "letter_intro": '<p>Un</p><p t-foreach="object.line_ids" t-as="line">'
                '<t t-out="line.labl"></t></p>'
            },
            "line 2 ({line.labl})",
            "“line.labl” fails: ",
            "labl",
        )

    def test_braces_and_tags_left_open(self):
        self._refuse({"letter_subject": "Relance {{ object.name"}, "is written {{")
        self._refuse({"letter_subject": "Relance {{ }}"}, "is written {{")
        self._refuse(
            {"letter_demand": "<p>Un</p><p>Soit {{ object.amount_text }.</p>"},
            "“What is asked”, line 2",
            "is written {{",
        )
        self._refuse(
            {"letter_demand": '<p>Soit <t t-out="object.amount_text"> à régler.</p>'},
            "“What is asked”, line 1 (Soit {object.amount_text} à régler.)",
            "the tag <t> is not closed",
        )
        self._refuse({"letter_demand": "<p>Un</p></b>"}, "the tag </b> closes nothing")

    def test_words_that_a_placeholder_would_swallow(self):
        """What an editor of HTML makes of a tag left open."""
        self._refuse(
            {
                "letter_demand": "<p>Soit "
                '<t t-out="object.amount_text"> à régler avant demain.</t></p>'
            },
            "would not be printed",
        )
        self.second.letter_demand = (
            '<p>Votre interlocuteur : <t t-out="object.user_id.name">nous</t></p>'
        )

    def test_a_letter_does_not_hold_itself(self):
        self._refuse(
            {"letter_intro": '<p><t t-out="object.letter_demand"></t></p>'},
            "is a text of this letter",
        )

    def test_placeholders_typed_in_a_text_are_taken(self):
        self.second.letter_demand = (
            "<p>Soit {{&nbsp;object.amount_text }}, {{ object.user_id.name ||| nous }}"
            "</p>"
        )
        self.assertIn('<t t-out="object.amount_text"/>', self.second.letter_demand)
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        texts = self.second._render_letter_texts(action)[action.id]
        self.assertEqual(texts["letter_demand"], "<p>Soit 100,00\xa0€, nous</p>")

    def test_the_email_and_other_languages(self):
        with self.assertRaises(ValidationError) as caught:
            self.second.mail_body = (
                '<div><p>Un</p><p><t t-out="object.letter_demad"></t></p></div>'
            )
        self.assertIn("“Body”, line 2", str(caught.exception))
        self.assertIn("“object.letter_demand”", str(caught.exception))
        with self.assertRaises(ValidationError) as caught:
            self.template.subject = "{{ object.nam }}"
        self.assertIn(f"The e-mail “{self.template.name}”", str(caught.exception))
        with self.assertRaises(ValidationError) as caught:
            self.second.text_ids.letter_subject = "{{ object.nam }}"
        self.assertIn("“Second reminder” in English", str(caught.exception))

    def test_nothing_is_saved_of_a_broken_text(self):
        before = self.second.letter_demand
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.second.letter_demand = '<p><t t-out="object.x"></t></p>'
        self.assertEqual(self.second.letter_demand, before)


class TestEmailText(EditingCase):
    """The e-mail of a stage is worded beside its letter."""

    def test_worded_for_all_languages_at_once(self):
        """It is written in the language of the letter, not of who words it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        stage = self.reminder.with_user(self.manager).with_context(lang="fr_FR")
        stage.mail_subject = "Rappel {{ object.name }}"
        for lang in ("fr_FR", "en_US"):
            template = self.template.with_context(lang=lang)
            self.assertEqual(template.subject, "Rappel {{ object.name }}")

    def test_about_actions_only(self):
        """It is rendered with every right: on another model it would tell anything."""
        other = self.env["mail.template"].create(
            {
                "name": "Utilisateur",
                "model_id": self.env["ir.model"]._get_id("res.users"),
            }
        )
        for record in (self.reminder, self.reminder.text_ids):
            with self.assertRaisesRegex(ValidationError, "Utilisateur"):
                record.mail_template_id = other

    def test_own_words_for_one_stage(self):
        self.assertGreater(self.reminder.mail_other_count, 1)
        stage = self.reminder.with_user(self.manager)
        stage.action_own_mail()
        self.assertEqual(stage.mail_other_count, 0)
        stage.mail_body = "<p>Bonjour, voir la lettre jointe.</p>"
        self.assertNotIn("Bonjour", self.second.mail_body)
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self._approve_and_send(action, "2026-05-05")
        self.assertIn("Bonjour, voir la lettre jointe.", action.mail_id.body_html)


class TestLanguages(EditingCase):
    """French letters, and English ones for debtors abroad."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_GB")
        cls.abroad = cls._create_debtor(
            "Example Joinery",
            is_company=True,
            vat="IE1519572A",
            city="Dublin",
            country_id=cls.env.ref("base.ie").id,
            lang="en_GB",
        )

    def test_english_for_a_debtor_abroad_whose_language_it_is(self):
        invoice = self._invoice(self.abroad, 1234.56, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action._get_letter_lang(), "en_US")
        self.assertEqual(action.letter_subject, "Payment reminder")
        self.assertIn("pay us the sum of €1,234.56", action.letter_demand)
        self.assertIn("by 11&nbsp;May&nbsp;2026", action.letter_demand)
        self.assertEqual(
            action.line_ids.summary,
            f"Invoice {invoice.name}, which fell due on 1\xa0May\xa02026: €1,234.56",
        )
        self._approve_and_send(action, "2026-05-05")
        self.assertIn("Dear Sir or Madam", action.mail_id.body_html)
        self.assertIn("Payment reminder, ", action.mail_id.subject)

    def test_french_for_everybody_else(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        body = {"recouvrement_profile": "public"}
        for name, lang, country, vals in (
            ("in France", "en_GB", "base.fr", {}),
            ("overseas", "en_GB", "base.gp", {}),
            ("French abroad", "fr_FR", "base.ie", {}),
            ("public body", "en_GB", "base.be", body),
        ):
            with self.subTest(name):
                debtor = self._create_debtor(
                    name,
                    is_company=True,
                    lang=lang,
                    country_id=self.env.ref(country).id,
                    **vals,
                )
                self._invoice(debtor, 100, "2026-05-01")
                action = self._run("2026-05-06")
                self.assertEqual(action.partner_id, debtor)
                self.assertEqual(action._get_letter_lang(), "fr_FR")
                self.assertIn("Nous ", action.letter_demand)

    def test_the_contact_who_gets_the_letter_decides(self):
        self.env["res.partner"].create(
            {
                "parent_id": self.abroad.id,
                "type": "recouvrement",
                "name": "Camille Fictif",
                "email": "camille@joinery.example",
                "street": "3 allée des Essais",
                "city": "Paris",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        self._invoice(self.abroad, 100, "2026-05-01")
        self.assertEqual(self._run("2026-05-05")._get_letter_lang(), "fr_FR")

    def test_texts_of_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.reminder.text_ids = [
            Command.create(
                {
                    "lang": "de_DE",
                    "letter_subject": "Zahlungserinnerung",
                    "letter_demand": "<p>Zahlen Sie {{ object.amount_text }}.</p>",
                }
            )
        ]
        self.abroad.write({"lang": "de_DE", "country_id": self.env.ref("base.de").id})
        self._invoice(self.abroad, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action.letter_lang, "de_DE")
        self.assertEqual(action.letter_subject, "Zahlungserinnerung")
        self.assertEqual(
            action.stage_id._get_mail_template("de_DE"), self.template, "the stage's"
        )

    def test_once_in_each_language_and_never_in_french(self):
        self.env["res.lang"]._activate_lang("fr_BE")
        texts = self.env["recouvrement.stage.text"]
        for lang, error in (("en_US", UniqueViolation), ("fr_BE", CheckViolation)):
            with (
                self.subTest(lang),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                texts.create({"stage_id": self.reminder.id, "lang": lang})

    def test_a_sent_letter_keeps_its_language(self):
        self._invoice(self.abroad, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self._approve_and_send(action, "2026-05-05")
        self.abroad.lang = "en_US"
        self.abroad.country_id = self.env.ref("base.fr")
        self.assertEqual(action._get_letter_lang(), "en_US")
        self.assertEqual(action.letter_subject, "Payment reminder")

    def test_both_languages_in_one_run(self):
        for partner in (self.abroad, self.business):
            self._invoice(partner, 100, "2026-05-01")
        actions = self._run("2026-05-05")
        self.assertEqual(
            {action.partner_id.name: action.letter_subject for action in actions},
            {
                "Example Joinery": "Payment reminder",
                "Menuiserie Exemple": "Rappel d’échéance",
            },
        )

    def test_rendered_together_whatever_their_number(self):
        """No query for one letter more."""
        counts = []
        for size in (2, 3, 9):
            partners = [
                self._create_debtor(
                    f"Debtor {size} {rank}",
                    is_company=True,
                    country_id=self.env.ref("base.ie").id,
                    lang="en_GB" if rank % 2 else False,
                )
                for rank in range(size)
            ]
            for partner in partners:
                self._invoice(partner, 100, "2026-05-01")
            actions = self._run("2026-05-05").filtered(
                lambda action, names=tuple(p.id for p in partners): (
                    action.partner_id.id in names
                )
            )
            self.assertEqual(len(actions), size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            actions.mapped("letter_demand")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], "the first one fills Odoo's caches")

    def test_every_letter_of_businesses_and_consumers_is_shipped_in_english(self):
        letters = self.env["recouvrement.stage"].with_context(active_test=False)
        for stage in letters.search([("letter_demand", "!=", False)]):
            with self.subTest(f"{stage.procedure_id.name}, {stage.name}"):
                expected = [] if stage.profile == "public" else ["en_US"]
                self.assertEqual(stage.text_ids.mapped("lang"), expected)
                for name in LETTER_TEXTS if expected else ():
                    self.assertTrue(stage.text_ids[name])

    def test_consumers_are_told_of_no_business_law_in_english_either(self):
        texts = self.env["recouvrement.stage.text"].search(
            [("stage_id.procedure_id.profile", "=", "consumer")]
        )
        words = " ".join(
            str(text[name]) for text in texts for name in LETTER_TEXTS
        ).lower()
        for word in ("l441-10", "indemnity", "recovery costs", "penalt"):
            self.assertNotIn(word, words)

    def test_restored_procedures_have_their_english_letters(self):
        restored = self.env["recouvrement.procedure"]._load_shipped()
        business = restored.filtered(lambda procedure: procedure.profile == "business")
        for stage in business.stage_ids.filtered("letter_demand"):
            self.assertEqual(stage.text_ids.mapped("lang"), ["en_US"])
        self.assertEqual(len(self.reminder.text_ids), 1)

    def test_a_copied_stage_keeps_its_languages(self):
        self.assertEqual(self.reminder.copy().text_ids.mapped("lang"), ["en_US"])


@freeze_time("2026-05-20")
class TestPreview(EditingCase):
    """What the form shows beside the texts."""

    def setUp(self):
        super().setUp()
        self.printer.stop()
        self.addCleanup(self.printer.start)

    def _count(self):
        """How many there are of what a preview must not leave behind."""
        sequence = self.env.ref(f"{MODULE}.sequence_action")
        models = (
            "account.move",
            "account.move.line",
            "ir.attachment",
            "mail.activity",
            "mail.mail",
            "mail.message",
            "recouvrement.action",
            "recouvrement.action.line",
            "res.partner",
        )
        return {
            **{
                model: self.env[model].with_context(active_test=False).search_count([])
                for model in models
            },
            "next number": sequence.number_next_actual,
        }

    def _preview(self, stage, partner=None, values=None, texts=None, user=None):
        self.env.flush_all()
        before = self._count()
        with self.allow_pdf_render():
            preview = stage.with_user(user or self.manager).get_preview(
                values, partner and partner.id, texts and texts.id
            )
        self.assertEqual(self._count(), before, "nothing is kept")
        preview["text"] = ""
        if preview["letter"]:
            text = subprocess.run(
                ["pdftotext", "-raw", "-", "-"],
                input=base64.b64decode(preview["letter"]),
                capture_output=True,
                check=True,
            ).stdout.decode()
            preview["text"] = " ".join(text.split())
        return preview

    def test_letter_and_email_of_a_real_debtor(self):
        invoice = self._invoice(self.business, 1234.56, "2026-05-01")
        preview = self._preview(self.second, self.business)
        self.assertFalse(preview["error"])
        self.assertFalse(preview["notice"])
        for words in ("Menuiserie Exemple", invoice.name, "RELANCE", "P R O J E T"):
            self.assertIn(words, preview["text"])
        self.assertEqual(preview["mail"]["to"], self.business.email)
        self.assertIn("pénalités de retard", preview["mail"]["subject"])
        self.assertIn(invoice.name, preview["mail"]["body"])
        self.assertEqual(invoice.recouvrement_stage_id, self.env["recouvrement.stage"])

    def test_what_is_not_saved_is_shown_and_not_kept(self):
        self._invoice(self.business, 100, "2026-05-01")
        before = self.second.letter_demand
        preview = self._preview(
            self.second,
            self.business,
            {
                "letter_demand": "<p>Réglez {{ object.principal_text }} ce jour.</p>",
                "mail_subject": "Au sujet de {{ object.first_invoice_text }}",
                "show_penalties": False,
                "delay": 300,
            },
        )
        self.assertIn("Réglez 100,00 € ce jour.", preview["text"])
        self.assertNotIn("Pénalités de retard", preview["text"])
        self.assertIn("Au sujet de ", preview["mail"]["subject"])
        self.assertEqual(self.second.letter_demand, before)
        self.assertTrue(self.second.show_penalties)
        self.assertNotIn("Au sujet", self.template.subject)

    def test_a_broken_placeholder_is_told(self):
        self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(
            self.second,
            self.business,
            {"letter_demand": '<p><t t-out="object.amont_text"></t></p>'},
        )
        self.assertIn("Did you mean “object.amount_text”?", preview["error"])
        self.assertFalse(preview["letter"])

    def test_of_a_debtor_whose_action_waits_at_that_stage(self):
        self._invoice(self.business, 100, "2026-05-17")
        action = self._run("2026-05-20")
        self.assertEqual(action.stage_id, self.reminder)
        self.assertEqual(
            self.reminder.with_user(self.manager).preview_partner_id, self.business
        )
        preview = self._preview(self.reminder, self.business)
        self.assertIn("simple oubli", preview["text"])
        self.assertEqual(action.state, "to_approve")

    def test_default_debtor_is_of_the_profile(self):
        self._invoice(self.consumer, 100, "2026-05-01")
        self.assertFalse(self.second.with_user(self.manager).preview_partner_id)
        self._invoice(self.business, 100, "2026-05-01")
        self.second.invalidate_recordset()
        self.assertEqual(
            self.second.with_user(self.manager).preview_partner_id, self.business
        )

    def test_an_example_where_nobody_owes_anything(self):
        procedures = self.env["recouvrement.procedure"].search([])
        stages = procedures.with_context(active_test=False).stage_ids
        for stage in stages.filtered("letter_demand"):
            with self.subTest(f"{stage.procedure_id.name}, {stage.name}"):
                if stage.kind == "receipt":
                    continue
                preview = self._preview(stage)
                self.assertFalse(preview["error"])
                self.assertIn("an example", preview["notice"])
                self.assertIn("1 234,56 €", preview["text"])

    def test_in_another_language(self):
        self._invoice(self.business, 1234.56, "2026-05-01")
        preview = self._preview(self.second, self.business, texts=self.second.text_ids)
        self.assertIn("We ask you to pay us the total sum of €", preview["text"])
        self.assertIn("Dear Sir or Madam", preview["mail"]["body"])

    def test_unsaved_texts_of_another_language(self):
        self._invoice(self.business, 100, "2026-05-01")
        english = self.second.text_ids
        preview = self._preview(
            self.second,
            self.business,
            {
                "text_ids": [
                    Command.update(english.id, {"letter_subject": "Final call"})
                ]
            },
            texts=english,
        )
        self.assertIn("Final call", preview["text"])
        self.assertNotEqual(english.letter_subject, "Final call")

    def test_a_letter_holds_for_one_profile(self):
        """Invoices of another time, when the debtor was taken for a consumer."""
        other = self._invoice(self.business, 55.55, "2026-05-01")
        other.sudo().recouvrement_profile = "consumer"
        invoice = self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(self.second, self.business)
        self.assertIn(invoice.name, preview["text"])
        self.assertNotIn("55,55", preview["text"])

    def test_courtesy_is_about_what_falls_due(self):
        self._invoice(self.business, 100, fields.Date.today() + timedelta(days=5))
        late = self._create_debtor("Atelier Exemple", is_company=True)
        self._invoice(late, 100, "2026-05-01")
        courtesy = self.env.ref(f"{MODULE}.stage_business_courtesy")
        self.assertEqual(
            courtesy.with_user(self.manager).preview_partner_id, self.business
        )
        preview = self._preview(courtesy, self.business)
        self.assertFalse(preview["notice"])
        self.assertIn("25/05/2026", preview["text"])

    def test_receipt_of_a_settled_invoice(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._pay(invoice, 100, "2026-05-10")
        receipt = self.env.ref(f"{MODULE}.stage_business_receipt")
        preview = self._preview(receipt, self.business)
        self.assertIn(invoice.name, preview["text"])
        self.assertIn("REÇU POUR PAIEMENT", preview["text"])

    def test_officers_look_and_change_nothing(self):
        self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(self.second, self.business, user=self.officer)
        self.assertIn("RELANCE", preview["text"])
        with self.assertRaises(AccessError):
            self._preview(
                self.second,
                self.business,
                {"letter_subject": "Autre"},
                user=self.officer,
            )

    def test_for_nobody_who_may_not_read_the_account(self):
        clerk = new_test_user(self.env, "vente", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.second.with_user(clerk).get_preview({}, self.business.id)
