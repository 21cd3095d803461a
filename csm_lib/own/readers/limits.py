"""How large a file of returns may be. Far above any survey, far below what harms a computer."""

from __future__ import annotations

MAX_FILE = 1 << 30
"""Bytes of a file. A million returns to 70 items are about 300 MB as CSV, 10 MB as Parquet."""

MAX_COLUMNS = 5_000
"""Columns of a table. The longest questionnaires have some hundreds."""

MAX_CELLS = 100_000_000
"""Cells of a table: a million returns to 70 items, and something over."""

MAX_SHEET_CELLS = 20_000_000
"""Cells of a sheet of Excel, blank ones in its used area included. Each takes 100 bytes."""

MAX_TEXT = 32_767
"""Characters of a cell: what Excel can hold."""

MAX_SHEETS = 200
"""Sheets of a workbook."""

MAX_MEMBERS = 10_000
"""Files in a workbook, which is a zip archive."""

MAX_UNPACKED = 512 << 20
"""Bytes of a workbook once unpacked."""

MAX_RATIO = 200
"""How many times larger a part of a workbook may become. Sheets full of one word become 25
times larger, zip bombs 1,000 times."""

RATIO_FROM = 1 << 20
"""Bytes below which a part's ratio is of no concern."""

MEMORY = 4 << 30
"""Bytes of memory a reader may take, where the system can hold it to that."""

SECONDS = 180
"""How long a reader may take."""
