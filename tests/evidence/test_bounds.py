"""Files from outside are read within bounds: pixels, pages, rows, columns, bytes. What
is too much is refused with the name of the file and what to do, and takes no memory."""

import base64
import io
import zipfile
from pathlib import Path
from unittest.mock import patch

import openpyxl
from PIL import Image
from pypdf import PdfWriter

from odoo.exceptions import UserError, ValidationError

from odoo.addons.l10n_fr_recouvrement.models.channel import (
    recouvrement_lre_provider_http,
)
from odoo.addons.l10n_fr_recouvrement.models.settings import ecb_rates
from odoo.addons.l10n_fr_recouvrement.paper.page import enclosure_pdf
from odoo.addons.l10n_fr_recouvrement.paper.post import tracking_file
from odoo.addons.l10n_fr_recouvrement.wizard import recouvrement_registered_wizard

from ..channel.lre_service import KEY, LreService
from ..common import RecouvrementCase

MEGABYTE = 1024**2


class Peak:
    """Memory that a block takes at most beyond what was taken before, in megabytes, as
    the kernel counts it."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
        self._before = self._read("VmRSS")
        return self

    def __exit__(self, *_exception):
        self.megabytes = (self._read("VmHWM") - self._before) / 1024

    @staticmethod
    def _read(name):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise AssertionError(name)


def picture(width, height, mode="L", form="PNG", **options):
    stream = io.BytesIO()
    Image.new(mode, (width, height), "white").save(stream, form, **options)
    return stream.getvalue()


def pdf(pages=1, side=200):
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(side, side)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def workbook(*rows, cells=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in dict(cells).items():
        book.active[name] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class TestPictures(RecouvrementCase):
    """What is marked as evidence is read when it is marked."""

    def _mark(self, content, name="scan.png"):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        # Odoo may be told to keep pictures as they are: all of them in the test.
        files = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        attachment = files.create(
            {
                "name": name,
                "raw": content,
                "res_model": invoice._name,
                "res_id": invoice.id,
            }
        )
        with Peak() as peak:
            attachment.recouvrement_evidence = "delivery"
        return peak.megabytes

    def _refuse(self, content, words):
        with Peak() as peak, self.assertRaisesRegex(ValidationError, words):
            self._mark(content)
        self.assertLess(peak.megabytes, 150)

    def test_hundred_million_pixels(self):
        content = picture(10_000, 10_000)
        self.assertLess(len(content), MEGABYTE)
        self._refuse(content, "scan.png has more than 36 million pixels.*300 dots")

    def test_beyond_what_the_library_opens(self):
        self._refuse(picture(20_000, 20_000, "1"), "million pixels")

    def test_photo_in_several_passes(self):
        content = picture(8_000, 8_000, form="JPEG", progressive=True)
        self._refuse(content, "million pixels")

    def test_sheet_scanned_finely(self):
        """A4 at 600 dots an inch, in each way that scanners write."""
        for mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
            with self.subTest(mode=mode):
                content = picture(4_960, 7_016, mode)
                self.assertLess(self._mark(content), 600)

    def test_large_photo(self):
        """A telephone of today: it is read at a part of its size."""
        content = picture(12_000, 9_000, "RGB", "JPEG")
        self.assertLess(self._mark(content, "photo.jpg"), 250)

    def test_pages(self):
        too_many = pdf(pages=enclosure_pdf.MAX_PAGES + 1)
        self._refuse(too_many, "scan.png has more than 500 pages.*keep those")
        self._refuse(pdf(side=10**7), "damaged")
        self._mark(pdf(pages=50), "contrat.pdf")

    def test_bytes_are_counted_before_they_are_read(self):
        content = pdf() + b"\0" * enclosure_pdf.MAX_BYTES
        with self.assertRaisesRegex(ValidationError, "scan.png has more than 25"):
            self._mark(content)
        attachments = type(self.env["ir.attachment"])
        invoice = self._invoice(self.business, 100, "2026-05-01")
        large = self.env["ir.attachment"].create(
            {"name": "gros.pdf", "raw": content, "res_id": invoice.id}
        )
        with (
            patch.object(attachments, "_recouvrement_get_content") as read,
            self.assertRaisesRegex(ValidationError, "gros.pdf"),
        ):
            large.recouvrement_evidence = "contract"
        read.assert_not_called()

    def test_proof(self):
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self._approve_and_send(action, "2026-05-05")
        large = pdf() + b"\0" * enclosure_pdf.MAX_BYTES
        with self.assertRaisesRegex(UserError, "avis.pdf has more than"):
            action._keep_proof("receipt", "avis.pdf", large)


class TestTrackingFiles(RecouvrementCase):
    HEADING = ("Référence", "N° de suivi")

    def _read(self, content):
        wizard = self.env["recouvrement.tracking.wizard"].create(
            {"file": base64.b64encode(content), "file_name": "suivi.xlsx"}
        )
        with Peak() as peak:
            rows = wizard._read_file().rows
        self.assertLess(peak.megabytes, 120)
        return rows

    def test_cell_at_the_end_of_the_sheet(self):
        rows = [(f"REL/{number}", f"1A{number}") for number in range(3_000)]
        content = workbook(self.HEADING, *rows, cells={"XFD1": "?", "XFD2000": "?"})
        self.assertEqual(len(self._read(content)), 3_000)

    def test_workbook_that_unpacks_to_more_than_memory(self):
        stream = io.BytesIO(workbook(self.HEADING))
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("xl/worksheets/sheet2.xml", "w") as sheet:
                for _megabyte in range(100):
                    sheet.write(b" " * MEGABYTE)
        with self.assertRaisesRegex(UserError, "suivi.xlsx is larger.*split"):
            self._read(stream.getvalue())

    def test_rows_and_columns_of_a_csv(self):
        wide = "Référence;N° de suivi" + ";" * 3_000_000 + "\nREL/1;1A\n"
        self.assertEqual(len(self._read(wide.encode())), 1)
        long = "Référence;N° de suivi\n" + "REL/1;1A\n" * tracking_file.MAX_ROWS
        with self.assertRaisesRegex(UserError, "more than 20000 lines"):
            self._read(long.encode())
        with self.assertRaisesRegex(UserError, "larger"):
            self._read(b"a" * (tracking_file.MAX_BYTES + 1))

    def test_damaged_workbooks(self):
        whole = workbook(self.HEADING, ("REL/1", "1A"))
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(whole)) as old,
            zipfile.ZipFile(stream, "w") as new,
        ):
            for item in old.infolist():
                new.writestr(item.filename, old.read(item)[:-40])
        for content in (stream.getvalue(), whole[:200] + b"?" * 50 + whole[250:]):
            with self.assertRaisesRegex(UserError, "suivi.xlsx"):
                self._read(content)


class TestArchive(RecouvrementCase):
    """Registered letters are handed over one at a time."""

    def setUp(self):
        super().setUp()
        self._invoice(self.business, 100, "2026-05-01")
        self.action = self._run("2026-05-05")
        self.action.channel = "registered"
        self._approve_and_send(self.action, "2026-05-05")
        self.wizard = self.env["recouvrement.registered.wizard"].create(
            {"action_ids": self.action.ids}
        )

    def test_file_is_kept_as_it_is(self):
        self.wizard.action_export()
        self.wizard.action_export()
        [kept] = self.env["ir.attachment"].search(
            [("res_model", "=", self.wizard._name), ("res_field", "=", "file")]
        )
        with zipfile.ZipFile(io.BytesIO(kept.raw)) as archive:
            names = archive.namelist()
        self.assertEqual(len(names), 2)
        self.assertEqual(base64.b64decode(self.wizard.file), kept.raw)

    def test_too_many_letters_for_one_archive(self):
        with (
            patch.object(recouvrement_registered_wizard, "MAX_ARCHIVE", 10),
            self.assertRaisesRegex(UserError, "choose fewer"),
        ):
            self.wizard.action_export()


class TestSealedFiles(RecouvrementCase):
    def test_files_of_others_are_not_read_to_be_written(self):
        attachment = self.env["ir.attachment"].create({"name": "a", "raw": b"1"})
        attachments = type(attachment)
        with patch.object(attachments, "_recouvrement_get_content") as read:
            attachment.raw = b"2"
        read.assert_not_called()

    def test_sealed_among_others(self):
        sealed = (
            self.env["ir.attachment"]
            .sudo()
            .create({"name": "a", "raw": b"1", "recouvrement_sealed": True})
        )
        other = self.env["ir.attachment"].create({"name": "b", "raw": b"1"})
        (sealed + other).write({"raw": b"1"})
        with self.assertRaisesRegex(UserError, "proof"):
            (sealed + other).write({"raw": b"2"})


class TestAnswers(RecouvrementCase):
    """A service, or what stands in for it, cannot fill the memory."""

    def test_of_the_service_of_letters(self):
        service = LreService()
        self.addCleanup(service.stop)
        self.company.write(
            {
                "recouvrement_lre_provider": "http",
                "recouvrement_lre_url": service.url,
                "recouvrement_lre_key": KEY,
            }
        )
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        action.channel = "lre"
        self._approve_and_send(action, "2026-05-05")
        provider = self.env["recouvrement.lre.provider.http"]
        self.patch(recouvrement_lre_provider_http, "MAX_ANSWER", 1)
        status = provider._send(action.sudo())[action]
        self.assertEqual(status.state, "")
        self.assertIn("> 1 bytes", status.reason)

    def test_of_the_bank(self):
        service = LreService()
        self.addCleanup(service.stop)
        self.env["ir.config_parameter"].set_param(
            "l10n_fr_recouvrement.ecb_url", service.url
        )
        self.patch(ecb_rates, "MAX_ANSWER", 1)
        with self.assertRaisesRegex(UserError, "could not be fetched"):
            self.env["recouvrement.rate"]._fetch_ecb()
