"""How sure anyone can be: of one share, of a change, and of a whole battery of changes.

Three situations, from little knowledge to much:

- **one share** (`interval`, `worst_case`): so many of those who answered, seen as a sample of all
  authorities, or with nothing assumed about those who did not answer;
- **two totals** (`change_range`, `interval_range`, `breakdown`): the same authorities in two
  years, of which only the totals are known. Many things can have happened in between, so what is
  given is the range of a test or an interval over all of them, and a verdict: *always*, *never* or
  *depends*;
- **rows** (`paired`, `paired_items`, `mcnemar`, `newcombe`): who answered what in both years is
  known, and the ordinary paired answers hold.

A battery of items has `holm`, `holm_adjusted`, `sign_test`, `year_swap` and `year_swap_range`.

Counts and bases come first, as whole numbers, arrays or Series of comparisons; options are
keyword-only. A share is a proportion from 0 to 1. Authorities are *paired* on an item if they
answered it in both years; only those can be seen to change. A p-value says how often chance alone
would do as much; no function here says "significant" without naming the test and the level.
"""

from csm_lib.inference.battery import (
    SignTest,
    YearSwapRange,
    holm,
    holm_adjusted,
    net_changes,
    sign_test,
    year_swap,
    year_swap_range,
)
from csm_lib.inference.one_share import IntervalMethod, interval, worst_case
from csm_lib.inference.rows import (
    PairedTable,
    PairedTest,
    mcnemar,
    newcombe,
    paired,
    paired_items,
)
from csm_lib.inference.totals import breakdown, change_range, interval_range
from csm_lib.inference.verdict import VERDICTS, Verdict, verdicts

__all__ = [
    "VERDICTS",
    "IntervalMethod",
    "PairedTable",
    "PairedTest",
    "SignTest",
    "Verdict",
    "YearSwapRange",
    "breakdown",
    "change_range",
    "holm",
    "holm_adjusted",
    "interval",
    "interval_range",
    "mcnemar",
    "net_changes",
    "newcombe",
    "paired",
    "paired_items",
    "sign_test",
    "verdicts",
    "worst_case",
    "year_swap",
    "year_swap_range",
]
