"""Officers of a team: what they see and do where the company says so."""

from ast import literal_eval

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..action.common import OFFICER, ActionCase

CALL = {"channel": "phone", "needs_approval": False}


class TeamCase(ActionCase):
    """Two teams: the officer and a mate in one, the colleague in the other. A debtor of
    each kind owes one invoice, and a call is to be made to each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mate = cls._create_user("equipier", OFFICER)
        cls.north = cls._create_team("Nord", cls.officer | cls.mate)
        cls.south = cls._create_team("Sud", cls.colleague)
        cls.stage.write(CALL)
        cls.company.recouvrement_officer_scope = "team"
        cls.debtors = {
            name: cls._create_debtor(
                f"Débiteur {name}",
                is_company=True,
                phone="01 99 00 33 44",
                recouvrement_user_id=user.id if user else False,
                recouvrement_team_id=team.id if team else False,
            )
            for name, user, team in (
                ("mine", cls.officer, None),
                ("mate's", cls.mate, None),
                ("team's", None, cls.north),
                ("colleague's", cls.colleague, None),
                ("other team's", None, cls.south),
                ("nobody's", None, None),
            )
        }
        for debtor in cls.debtors.values():
            cls._invoice(debtor, 100, "2026-05-01")
        cls.actions = cls._run("2026-05-05")
        attachments = cls.env["ir.attachment"].create(
            [{"name": action.name, "raw": b"recu"} for action in cls.actions]
        )
        cls.proofs = (
            cls.env["recouvrement.action.proof"]
            .sudo()
            .create(
                [
                    {
                        "action_id": action.id,
                        "kind": "other",
                        "attachment_id": attachment.id,
                        "sha256": "0" * 64,
                    }
                    for action, attachment in zip(cls.actions, attachments, strict=True)
                ]
            )
        )

    @classmethod
    def _create_team(cls, name, members, **vals):
        return cls.env["recouvrement.team"].create(
            {
                "name": name,
                "member_ids": [Command.set(members.ids)],
                "company_id": cls.company.id,
                **vals,
            }
        )

    def _action(self, name):
        debtor = self.debtors[name]
        return self.actions.filtered(lambda action: action.partner_id == debtor)

    def _names(self, records):
        names = {debtor: name for name, debtor in self.debtors.items()}
        return {names[debtor] for debtor in records}

    def _visible(self, user):
        """Whose actions a user sees, by a search and record by record alike."""
        mine = self.env["recouvrement.action"].with_user(user)
        found = mine.search([("id", "in", self.actions.ids)])
        self.assertEqual(
            self.actions.with_user(user)._filtered_access("read"), found, user.login
        )
        lines = self.actions.line_ids.with_user(user)
        self.assertEqual(lines._filtered_access("read").action_id, found, user.login)
        proofs = self.proofs.with_user(user)
        self.assertEqual(proofs._filtered_access("read").action_id, found, user.login)
        return self._names(found.partner_id)


class TestTeams(TeamCase):
    """Who sees what, and how actions get their team."""

    def test_the_action_takes_the_team_of_its_debtor(self):
        action = self._action("team's")
        self.assertEqual(action.team_id, self.north)
        self.assertFalse(action.user_id)
        self.assertFalse(self._action("nobody's").team_id)

    def test_else_that_of_the_stage(self):
        self.stage.team_id = self.south
        debtors = {}
        for name, team in (("Sans", False), ("Avec", self.north.id)):
            debtors[name] = self._create_debtor(
                name, is_company=True, phone="01 99", recouvrement_team_id=team
            )
            self._invoice(debtors[name], 100, "2026-05-01")
        teams = {
            action.partner_id: action.team_id for action in self._run("2026-05-06")
        }
        self.assertEqual(
            teams, {debtors["Sans"]: self.south, debtors["Avec"]: self.north}
        )

    def test_a_team_out_of_use_or_of_another_company_is_none(self):
        debtor = self.debtors["nobody's"]
        other = self._create_company(name="Autre société")
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        for team, company, expected in (
            (self.north, self.company, self.north),
            (self.north, branch, self.north),
            (self.north, other, self.north.browse()),
        ):
            debtor.recouvrement_team_id = team
            self.assertEqual(
                debtor._recouvrement_get_team(company, self.stage), expected
            )
        self.north.active = False
        self.assertFalse(debtor._recouvrement_get_team(self.company, self.stage))
        with self.assertRaises(UserError):
            self._action("mine").team_id = self._create_team(
                "Ailleurs", self.officer, company_id=other.id
            )

    def test_own_team_or_all_by_the_setting(self):
        ours = {"mine", "mate's", "team's", "nobody's"}
        everything = set(self.debtors)
        for scope, user, expected in (
            ("team", self.officer, ours),
            ("team", self.mate, ours),
            ("team", self.colleague, {"colleague's", "other team's", "nobody's"}),
            ("own", self.officer, {"mine", "team's", "other team's", "nobody's"}),
            ("all", self.officer, everything),
        ):
            self.company.recouvrement_officer_scope = scope
            self.env.invalidate_all()
            self.assertEqual(self._visible(user), expected, (scope, user.login))

    def test_everybody_else_sees_as_before(self):
        for user in (self.manager, self.accountant, self.invoicing, self.auditor):
            self.assertEqual(self._visible(user), set(self.debtors), user.login)

    def test_an_officer_without_a_team_sees_their_own_and_nobodys(self):
        alone = self._create_user("seul", OFFICER)
        self.assertEqual(self._visible(alone), {"nobody's"})
        self._action("colleague's").user_id = alone
        self.assertEqual(self._visible(alone), {"nobody's", "colleague's"})

    def test_what_was_given_to_the_team_is_the_teams(self):
        self._action("colleague's").team_id = self.north
        self._action("other team's").user_id = self.mate
        self.assertEqual(
            self._visible(self.officer), set(self.debtors), "all given to us"
        )
        self.assertEqual(
            self._visible(self.colleague),
            {"colleague's", "other team's", "nobody's"},
            "its debtors are still the other team's",
        )

    def test_members_come_and_go(self):
        self.north.with_user(self.manager).member_ids -= self.officer
        self.assertEqual(self._visible(self.officer), {"mine", "nobody's"})
        self.south.with_user(self.manager).member_ids += self.officer
        self.assertEqual(
            self._visible(self.officer),
            {"mine", "colleague's", "other team's", "nobody's"},
        )
        self.south.with_user(self.manager).action_archive()
        self.assertEqual(self._visible(self.officer), {"mine", "nobody's"})

    def test_a_mate_does_the_work(self):
        self._conclude(self._action("mate's"), "pays_today", "2026-05-06")
        self._conclude(self._action("team's"), "pays_today", "2026-05-06")
        for name in ("colleague's", "other team's"):
            with self.assertRaises(AccessError):
                self._action(name).with_user(self.officer).action_cancel()
            with self.assertRaises(AccessError):
                self._action(name).with_user(self.officer).user_id = self.officer

    def test_debtors_of_others_are_not_taken(self):
        for vals in (
            {"recouvrement_user_id": self.officer.id},
            {"recouvrement_team_id": self.north.id},
        ):
            for name in ("colleague's", "other team's"):
                with self.assertRaises(AccessError):
                    self.debtors[name].with_user(self.officer).write(vals)
            for name in ("mate's", "team's", "nobody's", "mine"):
                self.debtors[name].with_user(self.officer).write(vals)
            with self.assertRaises(AccessError):
                self.debtors["mine"].with_user(self.invoicing).write(vals)
        self.debtors["colleague's"].with_user(
            self.manager
        ).recouvrement_user_id = self.officer

    def test_debtors_of_others_are_not_taken_from_another_company(self):
        """What one company of the user limits, another does not open."""
        other = self._create_company(name="Autre société")
        other.recouvrement_officer_scope = "all"
        self.officer.company_ids |= other
        for companies in (other, other | self.company, self.company):
            with self.subTest(companies=companies.mapped("name")):
                debtor = self.debtors["colleague's"].with_user(self.officer)
                with self.assertRaises(AccessError):
                    debtor.with_context(
                        allowed_company_ids=companies.ids
                    ).recouvrement_user_id = self.officer
                mine = self.debtors["team's"].with_user(self.officer)
                mine.with_context(
                    allowed_company_ids=companies.ids
                ).recouvrement_team_id = self.north

    def _merge(self, user, source, target):
        source.email = target.email = "debiteur@example.com"
        self.env["base.partner.merge.automatic.wizard"].with_user(user).with_context(
            active_model="res.partner", active_ids=(source | target).ids
        ).create({"dst_partner_id": target.id}).action_merge()

    def test_debtors_of_others_are_not_merged(self):
        mine = self.debtors["mine"]
        for scope, name in (
            ("own", "colleague's"),
            ("own", "mate's"),
            ("team", "colleague's"),
            ("team", "other team's"),
        ):
            self.company.recouvrement_officer_scope = scope
            theirs = self.debtors[name]
            for source, target in ((theirs, mine), (mine, theirs)):
                with (
                    self.subTest(scope=scope, name=name),
                    self.assertRaisesRegex(AccessError, theirs.name),
                ):
                    self._merge(self.officer, source, target)
        self._action("nobody's").team_id = self.south
        with self.assertRaisesRegex(AccessError, self.debtors["nobody's"].name):
            self._merge(self.officer, self.debtors["nobody's"], mine)
        self._merge(self.officer, self.debtors["mate's"], mine)
        self.assertFalse(self.debtors["mate's"].exists())

    def test_managers_and_officers_of_all_debtors_merge(self):
        mine, theirs = self.debtors["mine"], self.debtors["colleague's"]
        self._merge(self.manager, theirs, mine)
        self.company.recouvrement_officer_scope = "all"
        self._merge(self.officer, self.debtors["other team's"], mine)
        self.assertFalse((theirs | self.debtors["other team's"]).exists())

    def test_reassigned_to_a_team(self):
        action = self._action("mine")
        wizard = self.env["recouvrement.assign.wizard"].with_user(self.officer)
        for team, expected in ((self.south, self.south), (None, self.south)):
            wizard.create(
                {
                    "action_ids": [Command.set(action.ids)],
                    "user_id": self.officer.id,
                    "team_id": team.id if team else False,
                    "with_debtor": True,
                }
            ).action_confirm()
            self.assertEqual(action.team_id, expected, "empty: as it was")
            self.assertEqual(self.debtors["mine"].recouvrement_team_id, expected)

    def test_filters(self):
        for model, view, name in (
            ("recouvrement.action", "recouvrement_action_view_search", "my_team"),
            ("res.partner", "recouvrement_debtor_view_search", "recouvrement_my_team"),
        ):
            with self.subTest(model):
                records = self.env[model].with_user(self.officer)
                arch = records.get_view(
                    self.env.ref(f"l10n_fr_recouvrement.{view}").id, "search"
                )["arch"]
                domain = etree.fromstring(arch).find(f".//filter[@name='{name}']")
                domain = domain.get("domain").replace("uid", str(self.officer.id))
                found = records.search(literal_eval(domain))
                debtors = found if model == "res.partner" else found.partner_id
                debtors &= self.env["res.partner"].union(*self.debtors.values())
                self.assertEqual(self._names(debtors), {"mine", "mate's", "team's"})


class TestTeamAccess(TeamCase):
    """Who reads teams and who makes them."""

    def test_accounting_reads_and_managers_make(self):
        employee = self._create_user("salarie", "base.group_user")
        portal = new_test_user(self.env, "portail", groups="base.group_portal")
        readers = self.officer | self.accountant | self.invoicing | self.auditor
        for user in readers:
            self.assertEqual(self.north.with_user(user).name, "Nord")
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.north.with_user(user).has_access(operation))
        for user in employee | portal:
            with self.assertRaises(AccessError):
                self.north.with_user(user).read(["name"])
            self.assertNotIn("recouvrement_team_ids", user.with_user(user).fields_get())
        made = (
            self.env["recouvrement.team"]
            .with_user(self.manager)
            .create({"name": "Est", "member_ids": [Command.set(self.officer.ids)]})
        )
        self.assertEqual(made.company_id, self.company)
        self.assertIn(made, self.officer.recouvrement_team_ids)
        made.with_user(self.manager).unlink()

    def test_nobody_joins_a_team_by_their_own_user(self):
        with self.assertRaises(AccessError):
            self.officer.with_user(self.officer).recouvrement_team_ids += self.south
        self.assertNotIn(self.officer, self.south.member_ids)

    def test_of_another_company(self):
        other = self._create_company(name="Autre société")
        stranger = new_test_user(
            self.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        teams = self.env["recouvrement.team"].with_user(stranger)
        self.assertFalse(teams.search([("id", "in", (self.north | self.south).ids)]))
        with self.assertRaises(AccessError):
            self.north.with_user(stranger).read(["name"])
        shared = self._create_team("Partout", self.officer, company_id=False)
        self.assertIn(shared, teams.search([]))
        # The debtor is shared: its page opens all the same.
        [page] = (
            self.debtors["team's"]
            .with_user(stranger)
            .web_read({"recouvrement_team_id": {"fields": {"display_name": {}}}})
        )
        self.assertTrue(page["recouvrement_team_id"])

    def test_a_run_reads_teams_together(self):
        def count(day, size):
            teams = [
                self._create_team(f"{day} {index}", self.officer)
                for index in range(size)
            ]
            for team in teams:
                debtor = self._create_debtor(team.name, is_company=True)
                debtor.recouvrement_team_id = team
                self._invoice(debtor, 100, "2026-05-01")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            actions = self._run(day)
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(
                sorted(actions.mapped("team_id.id")), [t.id for t in teams]
            )
            return queries

        self.stage.channel = "letter"
        count("2026-05-06", 2)
        few, many = count("2026-05-07", 3), count("2026-05-11", 30)
        self.assertLessEqual(many, few + 5)

    def test_a_run_of_an_officer_does_not_see_what_it_leaves(self):
        """What waits for another team keeps its debtor from a second action."""
        self._invoice(self.debtors["colleague's"], 50, "2026-05-02")
        with freeze_time("2026-05-07"):
            self.env["recouvrement.run"].with_user(self.officer).create(
                {"company_id": self.company.id}
            ).action_start()
        self.assertEqual(
            self.env["recouvrement.action"].search_count(
                [("partner_id", "=", self.debtors["colleague's"].id)]
            ),
            1,
        )

    def test_portal_is_no_member(self):
        portal = new_test_user(self.env, "portail", groups="base.group_portal")
        with self.assertRaises(ValidationError):
            self.north.member_ids += portal
