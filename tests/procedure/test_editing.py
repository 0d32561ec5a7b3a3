"""Texts of letters and e-mails, worded on screen without code."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement.paper.words import letter_placeholders

from .editing import EditingCase

QWEB_LOGGER = "odoo.addons.mail.models.mail_render_mixin"


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
