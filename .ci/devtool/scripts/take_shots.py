# Run by `./dev shots`: open the demonstration company in Chromium as the accountant and
# keep a picture of each screen. Arguments: address of Odoo, folder of the pictures.
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ADDRESS, FOLDER = sys.argv[1], Path(sys.argv[2])
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MODULE = "l10n_fr_recouvrement"


def open_action(page, place):
    page.goto(f"{ADDRESS}/odoo/{place}")
    page.wait_for_selector(".o_action_manager .o_view_controller, .modal")
    page.wait_for_timeout(1500)


def take(page, name):
    page.wait_for_timeout(1500)
    page.mouse.move(5, 800)
    page.screenshot(path=FOLDER / f"{name}.png")


def main(page):
    page.goto(f"{ADDRESS}/web/login")
    page.fill("input[name=login]", "comptable")
    page.fill("input[name=password]", "comptable")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")

    open_action(page, "recouvrement-today")
    take(page, "a-faire")
    page.click(".o_data_row:has-text('Cabinet') td[name=partner_id]")
    page.wait_for_selector(".o_form_view")
    take(page, "action")
    open_action(page, f"action-{MODULE}.recouvrement_run_wizard_action")
    take(page, "preparer")
    open_action(page, "action-account.action_move_out_invoice")
    page.fill(".o_searchview_input", "Garage")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)
    page.click(".o_data_row:has-text('Mise en demeure') >> nth=0 >> td[name=name]")
    page.click("a[name=recouvrement]")
    take(page, "facture")


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=list(QUIET)
    )
    # The day of the demonstration company is that of Paris.
    page = browser.new_page(
        viewport={"width": 1440, "height": 900},
        locale="fr-FR",
        timezone_id="Europe/Paris",
    )
    main(page)
    browser.close()
