"""Forms: one table for each project.

cut        the rows of a document's tables, form by form
kinds      what each row is: labels with values, headings, indicators
fields     labelled values and indicators out of the rows
block      the fields as a Block
"""
