"""What totals bound where rows are not there: an item within a group, and two items together.

Both bounds are those of Fréchet (1951) for a cell of a table whose margins are known. Each end is
reached by some returns with these totals, and none goes beyond it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csm_lib.inference._counted import Counts, index_of, whole


def group_bounds(yes: Counts, group: Counts, authorities: Counts) -> pd.DataFrame:
    """Return how many of a group can have said yes, by how many did in all.

    Parameters
    ----------
    yes
        How many of all said yes. Whoever gave no answer may stand in any group.
    group
        How many authorities the group has.
    authorities
        How many there are in all.

    Returns
    -------
    DataFrame
        One row is one pair: ``low`` and ``high``, in authorities.

    Examples
    --------
    >>> group_bounds(67, 12, 74).values.tolist(), group_bounds(5, 12, 74).values.tolist()
    ([[5, 12]], [[0, 5]])
    """
    k, size, n = whole(yes, "yes"), whole(group, "group"), whole(authorities, "authorities")
    low, high = np.maximum(0, k - (n - size)), np.minimum(k, size)
    return _bounds(low, high, yes, group)


def pair_bounds(yes_1: Counts, yes_2: Counts, authorities: Counts) -> pd.DataFrame:
    """Return how many can have said yes to both of two items, by how many did to each.

    Parameters
    ----------
    yes_1, yes_2
        How many said yes to either item.
    authorities
        How many there are in all; those that gave no answer are among them.

    Returns
    -------
    DataFrame
        One row is one pair: ``low`` and ``high``, in authorities.

    Examples
    --------
    >>> pair_bounds(73, 72, 74).values.tolist()
    [[71, 72]]
    """
    one, two = whole(yes_1, "yes_1"), whole(yes_2, "yes_2")
    n = whole(authorities, "authorities")
    return _bounds(np.maximum(0, one + two - n), np.minimum(one, two), yes_1, yes_2)


def _bounds(low: object, high: object, *given: object) -> pd.DataFrame:
    ends = [np.atleast_1d(np.asarray(end)) for end in (low, high)]
    return pd.DataFrame(dict(zip(("low", "high"), ends, strict=True)), index=index_of(*given))
