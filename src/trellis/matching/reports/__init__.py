"""The matching report as files: one content, set as a PDF and as a workbook."""
