"""What people decide on flags: kept beside a run, outside of what a run writes, and found again in later runs.

keys.py       which question a decision answers, and on what evidence: by content, never by a file's name or place
ledger.py     decisions.sqlite: rows that are only ever added; schema.py: its tables and its migrations
entries.py    a row, and decisions.jsonl, in which rows are carried from one folder to another
heads.py      which row counts for each key, and what lies on a question: decided, confirmed, unsure, stale
"""
