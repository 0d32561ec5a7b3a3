"""How a page is drawn: PDF, markup, tables, codes, files of recipients."""
