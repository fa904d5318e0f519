"""Workbooks: XLSX and XLS."""
