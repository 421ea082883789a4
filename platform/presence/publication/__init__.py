"""Publication (documents du bilan): the PDF, the workbook, the CSV, the text, the packs. Pure."""
