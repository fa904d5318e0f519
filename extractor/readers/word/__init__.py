"""Word documents: DOCX, and DOC and RTF through LibreOffice."""
