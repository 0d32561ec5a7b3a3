# Run by `./dev shots`: open the demonstration company in Chromium as the accountant and
# keep a picture of each screen; then make those that the addon's description shows, and
# its icon. Arguments: address of Odoo, folder of the pictures, that of the description.
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ADDRESS, FOLDER, DESCRIPTION = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
# Pictures of the description, each with the one it is made from.
DESCRIBED = {
    "today.png": "a-faire.png",
    "action.png": "action.png",
    "penalties.png": "penalites.png",
    "formal_notice.png": "lettres/business-formal_notice-1.png",
}
WIDTH, COLOURS = 1200, 128
ICON = 256
# Milliseconds; the first page of a fresh database has its assets built.
PATIENCE = 180_000
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
    page.set_default_timeout(PATIENCE)
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
    page.set_viewport_size({"width": 1440, "height": 2000})
    page.wait_for_timeout(1500)
    page.locator(".o_form_sheet .o_notebook").screenshot(path=FOLDER / "penalites.png")


def describe():
    for name, source in DESCRIBED.items():
        with Image.open(FOLDER / source) as image:
            image = image.convert("RGB")
            image.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
            image.quantize(COLOURS, dither=Image.Dither.NONE).save(
                DESCRIPTION / name, optimize=True
            )


def draw_icon(browser):
    page = browser.new_page(viewport={"width": ICON, "height": ICON})
    drawing = (DESCRIPTION / "icon.svg").read_text(encoding="utf-8")
    page.set_content(f"<style>body {{ margin: 0 }}</style>{drawing}")
    page.screenshot(path=DESCRIPTION / "icon.png", omit_background=True)


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
    describe()
    draw_icon(browser)
    browser.close()
