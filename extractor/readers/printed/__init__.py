"""Pages of printed characters and strokes, whatever file they are of: ruled tables to cells, everything else as lines.

    frame        where things stand on a page               characters  what is printed, and where
    rules        straight lines that part cells             grid        rules to tables, rows and merged cells
    layout       characters of a cell or a line to text     page        one page: its tables and the lines around them
    picture      pages that are pictures, read by OCR       joining     rows and cells that a page break cut
    placing      which character stands in which cell       stamps      letters printed over or under a table
    parting      several pages or tables side by side       turning     tables on their side
    whitespace   tables without rules                       furniture   what browsers print above and below a page
    writing      the pages' text, and the account of characters

A reader gives each page's `Characters` and `Drawn` to `picture.settle`, and all pages to `writing.write_pages`. Every
character of every page stands in exactly one cell, in one line outside of the tables, or in a stamp printed over them.
That is counted for the whole file, and a file for which the count does not come out is refused.
"""
