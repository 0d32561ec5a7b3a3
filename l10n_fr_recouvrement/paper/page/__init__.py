"""How a page is drawn: PDF, markup, tables, codes."""
