"""What each letter must say, and may not: tested both ways, on the values that real
letters are printed from, with the article of each mention."""

from copy import deepcopy
from dataclasses import replace

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError

from odoo.addons.l10n_fr_recouvrement.paper.words import (
    letter_kinds,
    letter_reader,
    mentions,
    rules,
)

from .letters import DAY, ENGLISH_LETTERS, LETTERS, MEDIATOR, MODULE, LettersCase


def _blank_rows(kind, name):
    def remove(letter):
        for row in letter_reader.rows(letter, kind):
            row[name] = ""

    return remove


def _set(name, value=""):
    def remove(letter):
        letter[name] = value

    return remove


def _unname(name):
    """Take a part of the identity of the sender off the foot of the letter."""

    def remove(letter):
        letter["footer"] = letter_reader.plain(letter["footer"]).replace(
            letter_reader.plain(letter["identity"][name]), ""
        )

    return remove


def _no_words(letter):
    for name in letter_reader.LETTER_TEXTS:
        letter[name] = "Bonjour"


def _no_account(letter):
    letter["payment"]["items"] = []


def _no_deadline(letter):
    _no_words(letter)
    letter["payment"]["lead"] = "À régler sous huit jours"


def _merge_sums(letter):
    """The total alone, penalties and all."""
    letter["totals"] = []
    letter["sums"]["principal"] = letter["sums"]["total"] + 1


def _no_signatory(letter):
    letter["signature"]["signatory"] = ""


def _unlist(letter):
    letter["enclosures"] = []
    letter["annex"] = letter["annex"] or [[]]


# How a letter loses each mention.
REMOVALS = {
    "sender_name": _unname("name"),
    "sender_form": _unname("form"),
    "sender_capital": _unname("capital"),
    "sender_seat": _unname("seat"),
    "sender_siren": _unname("siren"),
    "sender_registry": _set("footer", "SIREN 334 175 221, siège à Lyon"),
    "debtor": _set("recipient_lines", []),
    "debtor_address": _set("recipient_lines", ["Menuiserie Exemple"]),
    "date": _set("place_date", "Lyon"),
    "subject": _set("subject"),
    "signatory": _no_signatory,
    "basis": _blank_rows("invoices", "date"),
    "separate_sums": _merge_sums,
    "penalty_detail": _blank_rows("penalties", "rate"),
    "total": _set("total_words"),
    "deadline": _no_deadline,
    "payment_means": _no_account,
    "formal_words": _no_words,
    "claim_words": _no_words,
    "announcement": _no_words,
    "consequence": _no_words,
    "legal_texts": _set("legal_texts", []),
    "enclosures": _unlist,
    "mediator": _set("mediator_notice"),
    "public_references": _set("references", []),
    "settlement": _set("tables", []),
    "discharge": _no_words,
    "account": _set("tables", []),
    "balance": _set("total_label"),
}
# Of business letters, penalties have a rate; a consumer is claimed none yet.
NOTHING_TO_DETAIL = {("consumer", "formal_notice", "penalty_detail")}
# One sentence that breaks each rule.
OFFENCES = {
    "court_act": "Dernier avis avant saisie : la présente vaut sommation.",
    "empty_threat": "Vous serez fiché à la Banque de France.",
    "business_law": "Article L. 441-10 du code de commerce.",
    "public_law": "Article R2192-31 du code de la commande publique.",
    "indemnity": "Vous devez l'indemnité forfaitaire.",
    "recovery_costs": "S'y ajoutent des frais de dossier.",
    "drama": "Nous demanderons une injonction de payer.",
    "premature": "Votre compte est impayé.",
    "formal_threat": "Nous saisirons le tribunal.",
    "penalties": "Des pénalités courent.",
}
ENGLISH_OFFENCES = {
    "court_act": "A bailiff will serve a writ on you.",
    "empty_threat": "You will be blacklisted.",
    "business_law": "Article L441-10 of the French Commercial Code.",
    "public_law": "Article R2192-31 of the French Public Procurement Code.",
    "indemnity": "You owe the fixed compensation.",
    "recovery_costs": "Collection costs are added.",
    "drama": "We shall apply for an order for payment.",
    "premature": "Your account is overdue.",
    "formal_threat": "We shall go to court.",
    "penalties": "Penalties are running.",
}


class TestMentions(LettersCase):
    """Every letter has exactly what its kind needs, for each profile."""

    def test_every_letter_has_what_it_needs(self):
        """And says nothing that it may not."""
        for profile, kind in LETTERS:
            self._check_letter(profile, kind, OFFENCES)

    def test_every_letter_in_english_has_what_it_needs(self):
        """The same mentions and the same rules, in its own words; what may not be said
        in French may not be said in a letter in English either."""
        for profile, kind in ENGLISH_LETTERS:
            self._check_letter(profile, kind, ENGLISH_OFFENCES, OFFENCES, abroad=True)

    def _check_letter(self, profile, kind, *offences, abroad=False):
        with self.subTest(profile=profile, kind=kind, abroad=abroad):
            savepoint = self.env.cr.savepoint()
            values = self._values(self._make(profile, kind, abroad))
            self.assertEqual(values["lang"], "en_US" if abroad else "fr_FR")
            self.assertEqual(mentions.check(values), ([], []))
            self._check_removals(profile, kind, values)
            for sentences in offences:
                self._check_offences(profile, kind, values, sentences)
            self.env.invalidate_all()
            savepoint.close(rollback=True)

    def _check_removals(self, profile, kind, values):
        for code in letter_kinds.get(kind).get_required(profile):
            if (profile, kind, code) in NOTHING_TO_DETAIL:
                continue
            with self.subTest(profile=profile, kind=kind, code=code):
                letter = deepcopy(values)
                REMOVALS[code](letter)
                missing, _broken = mentions.check(letter)
                self.assertIn(code, [mention.code for mention in missing])

    def _check_offences(self, profile, kind, values, sentences):
        for code in letter_kinds.get(kind).get_forbidden(profile):
            with self.subTest(profile=profile, kind=kind, code=code):
                letter = {**values, "note": f"<p>{sentences[code]}</p>"}
                _missing, broken = mentions.check(letter)
                self.assertIn(code, [rule.code for rule, _words in broken])

    def test_every_mention_and_rule_is_used(self):
        """None is in the lists that does not exist, none exists that no letter uses."""
        kinds = list(letter_kinds._KINDS.values())
        required = {
            code
            for kind in kinds
            for profile in letter_kinds.PROFILES
            for code in kind.get_required(profile)
        }
        self.assertEqual(required, set(mentions.MENTIONS))
        forbidden = {
            code
            for kind in kinds
            for profile in letter_kinds.PROFILES
            for code in kind.get_forbidden(profile)
        }
        self.assertEqual(forbidden, set(rules.RULES))
        self.assertEqual(set(REMOVALS) | {"contact"}, set(mentions.MENTIONS))
        self.assertEqual(set(OFFENCES), set(rules.RULES))
        self.assertEqual(set(ENGLISH_OFFENCES), set(rules.RULES))

    def test_articles_are_dated_facts(self):
        """Each article cited has a text in force today."""
        facts = self.env["recouvrement.legal.fact"]
        known = dict(facts._fields["code"].selection)
        with freeze_time(DAY):
            for item in (*mentions.MENTIONS.values(), *rules.RULES.values()):
                if item.article:
                    self.assertIn(item.article, known)
                    self.assertTrue(facts.search([("code", "=", item.article)]))

    def test_every_kind_of_stage_that_writes_is_registered(self):
        kinds = dict(self.env["recouvrement.stage"]._fields["kind"].selection)
        without_letter = {"contact", "hand_over"}
        self.assertEqual(
            set(letter_kinds._KINDS) - {"visit_notice"}, set(kinds) - without_letter
        )


class TestMediator(LettersCase):
    """Whom a consumer may turn to: C. conso. art. L612-1, L616-1 and R616-1."""

    def test_it_stands_in_the_body_of_the_last_letters_to_consumers(self):
        for kind in ("last_reminder", "formal_notice"):
            for abroad, delay in ((False, "dans l’année qui"), (True, "within a year")):
                savepoint = self.env.cr.savepoint()
                values = self._values(self._make("consumer", kind, abroad))
                self.assertIn(MEDIATOR[:18], values["mediator_notice"])
                self.assertIn(delay, values["mediator_notice"])
                self.assertNotIn(MEDIATOR[:18], " ".join(values["legal_texts"]))
                self.env.invalidate_all()
                savepoint.close(rollback=True)

    def test_nobody_else_is_told_of_it(self):
        for profile, kind in (
            ("consumer", "reminder"),
            ("business", "formal_notice"),
            ("public", "public_claim"),
        ):
            savepoint = self.env.cr.savepoint()
            values = self._values(self._make(profile, kind))
            self.assertEqual(values["mediator_notice"], "")
            self.env.invalidate_all()
            savepoint.close(rollback=True)

    def test_a_seller_to_consumers_without_one_is_warned(self):
        """Before anything is sent, and in the settings; nobody else is."""
        self.assertFalse(self.company._recouvrement_get_mediator_warning())
        self.company.recouvrement_mediator = False
        self._invoices(self.business)
        self.assertFalse(self.company._recouvrement_get_mediator_warning())
        self._invoices(self.consumer)
        with freeze_time(DAY):
            warning = self.env["recouvrement.run.wizard"].create({}).mediator_warning
            settings = self.env["res.config.settings"].create({})
        self.assertIn("L612-1", warning)
        self.assertEqual(settings.recouvrement_mediator_warning, warning)
        settings.recouvrement_mediator = MEDIATOR
        self.assertFalse(settings.recouvrement_mediator_warning)


class TestRefusals(LettersCase):
    """What keeps a letter in the house, in words that say what to mend."""

    def _send(self, action):
        self._approve_and_send(action, action.date)
        return action.failure_reason or ""

    def test_company_mentions_on_every_letter(self):
        """Share capital of a SARL: R123-238; and it leaves once it is entered."""
        self.company.recouvrement_share_capital = False
        action = self._make("business", "reminder")
        self.assertEqual(action.state, "failed")
        self.assertIn(self.company.name, action.failure_reason)
        self.assertIn("share capital", action.failure_reason)
        self.assertIn("R123-238", action.failure_reason)
        self.assertIn("settings", action.failure_reason)
        self.company.recouvrement_share_capital = "50 000 €"
        with freeze_time(DAY):
            action.action_retry()
        self.assertFalse(self._send(action))
        self.assertEqual(action.state, "sent")

    def test_forms_without_capital_or_registry(self):
        action = self._make("business", "formal_notice")
        for form, capital, registry in (
            ("SNC", False, "Lyon"),
            ("EI", False, False),
            ("Association loi 1901", False, False),
        ):
            self.company.recouvrement_legal_form = form
            self.company.recouvrement_share_capital = capital
            self.company.recouvrement_rcs_city = registry
            self.assertEqual(mentions.check(self._values(action)), ([], []))

    def test_forms_written_otherwise_are_the_same(self):
        """And what they must state is asked of them."""
        action = self._make("business", "reminder")
        self.company.recouvrement_share_capital = False
        for form, code in (
            ("S.A.R.L.", "sender_capital"),
            ("SCOP ARL", "sender_capital"),
            ("EI commerçant", "sender_registry"),
        ):
            self.company.recouvrement_legal_form = form
            self.company.recouvrement_rcs_city = code == "sender_capital" and "Lyon"
            missing, _broken = mentions.check(self._values(action))
            self.assertEqual([mention.code for mention in missing], [code])

    def test_formal_notice_without_account_or_signatory(self):
        self.company.recouvrement_bank_id = False
        self.company.partner_id.bank_ids.active = False
        self.company.recouvrement_signatory_name = False
        action = self._make("business", "formal_notice")
        self.assertEqual(action.state, "to_approve", "seen when it is to leave")
        reason = self._send(action)
        self.assertEqual(action.state, "failed")
        self.assertIn("where to pay", reason)
        self.assertIn("Nobody signs", reason)

    def test_formal_notice_that_puts_nobody_in_default(self):
        stage = self.env.ref(f"{MODULE}.stage_business_notice")
        stage.letter_demand = "<p>Merci de régler.</p>"
        reason = self._send(self._make("business", "formal_notice"))
        self.assertIn("nous vous mettons en demeure", reason)
        self.assertIn("1344", reason)
        self.assertIn(stage.name, reason)

    def test_it_can_be_previewed_all_the_same(self):
        stage = self.env.ref(f"{MODULE}.stage_business_notice")
        stage.letter_demand = "<p>Merci de régler.</p>"
        action = self._make("business", "formal_notice")
        draft = self.service.with_context(recouvrement_draft=True)
        pdfs, errors = draft._render_pdfs(action)
        self.assertTrue(pdfs)
        self.assertFalse(errors)

    def test_public_body_without_siret(self):
        self.public_body.company_registry = "217500016"
        reason = self._send(self._make("public", "public_claim"))
        self.assertIn("SIRET", reason)
        self.assertIn("D2192-2", reason)

    def test_note_that_looks_like_a_court(self):
        """What an officer adds is read as well, as it leaves."""
        action = self._make("business", "second_reminder")
        action.letter_note = "<p>Dernier délai avant passage de l’huissier.</p>"
        reason = self._send(action)
        self.assertIn("huissier", reason)
        self.assertIn("433-13", reason)

    def test_consumer_is_not_asked_for_costs_in_a_note(self):
        action = self._make("consumer", "second_reminder")
        action.letter_note = "<p>Frais de relance en sus.</p>"
        self.assertIn("L111-8", self._send(action))

    def test_consumer_who_owes_forty_euros(self):
        """A principal of 40 euros is no indemnity."""
        self._invoice(self.consumer, 40, "2026-05-31")
        action = self._run(DAY)
        self.assertFalse(self._send(action))
        self.assertEqual(action.state, "sent")

    def test_words_refused_when_a_stage_is_saved(self):
        """Named, with the article, for who writes the text."""
        for name, text, expected in (
            ("consumer_second", "Vous devez 40 € d’indemnité.", "L121-21"),
            ("consumer_second", "Article D. 441-5 du code de commerce", "L441-10"),
            ("consumer_notice", "Frais de recouvrement à votre charge", "L111-8"),
            ("business_second", "Commandement de payer", "433-13"),
            ("business_notice", "La République française", "433-13"),
            ("business_second", "Article L2192-13", "L2192-13"),
            ("public_second", "Article L441-10", "L441-10"),
            ("business_reminder", "Avant mise en demeure", "en demeure"),
            ("business_receipt", "Avant mise en demeure", "en demeure"),
        ):
            stage = self.env.ref(f"{MODULE}.stage_{name}")
            with self.subTest(text), self.assertRaisesRegex(ValidationError, expected):
                stage.letter_closing = f"<p>{text}</p>"

    def test_words_refused_when_texts_in_english_are_saved(self):
        for name, text, expected in (
            ("consumer_second", "You owe €40 as an indemnity.", "L121-21"),
            ("consumer_second", "Late-payment penalties are running.", "L121-21"),
            ("consumer_second", "Frais de recouvrement en sus", "L111-8"),
            ("consumer_notice", "Recovery costs are at your expense", "L111-8"),
            ("business_second", "A bailiff will call on you", "433-13"),
            ("business_reminder", "Before we go to court", "court"),
        ):
            texts = self.env.ref(f"{MODULE}.text_{name}_en")
            with self.subTest(text), self.assertRaisesRegex(ValidationError, expected):
                texts.letter_closing = f"<p>{text}</p>"

    def test_words_in_english_that_only_look_alike(self):
        texts = self.env.ref(f"{MODULE}.text_consumer_second_en")
        texts.letter_closing = (
            "<p>You still owe €40,000.00, of which €40.50 is the balance: choose the "
            "summer court of our shop to pay it without charge.</p>"
        )

    def test_formal_notice_in_english_that_puts_nobody_in_default(self):
        texts = self.env.ref(f"{MODULE}.text_business_notice_en")
        texts.letter_demand = "<p>Please pay by {{ object.deadline_text }}.</p>"
        reason = self._send(self._make("business", "formal_notice", abroad=True))
        self.assertIn("formal notice", reason)

    def test_words_that_only_look_alike(self):
        stage = self.env.ref(f"{MODULE}.stage_business_notice")
        stage.letter_closing = (
            "<p>La juridiction saisie statuera ; nous demanderons une injonction de "
            "payer et un commissaire de justice signifiera la décision.</p>"
        )

    def test_procedure_given_to_another_profile(self):
        """The texts of businesses are not for consumers."""
        procedure = self.env.ref(f"{MODULE}.procedure_classic")
        with self.assertRaises(ValidationError):
            procedure.profile = "consumer"

    def test_notice_of_visit(self):
        """It is not printed without what a company must say of itself."""
        self._invoice(self.business, 100, "2026-05-31")
        action = self._run(DAY).sudo()
        action.channel = "visit"
        self.company.recouvrement_rcs_city = False
        visits = self.env["report.l10n_fr_recouvrement.report_visit_notice"]
        with self.assertRaisesRegex(UserError, "RCS"):
            visits._prepare_notice(action)

    def test_a_letter_is_described_in_one_place(self):
        """An integrator wants an account on reminders too, and another title."""
        reminder = letter_kinds.get("reminder")
        self.addCleanup(letter_kinds.register, reminder)
        letter_kinds.register(
            replace(
                reminder,
                titles="RAPPEL",
                required=(*reminder.get_required("business"), "payment_means"),
            )
        )
        self.company.recouvrement_bank_id = False
        self.company.partner_id.bank_ids.active = False
        action = self._make("business", "reminder")
        self.assertEqual(self._values(action)["title"], "RAPPEL")
        self.assertIn("where to pay", self._send(action))
