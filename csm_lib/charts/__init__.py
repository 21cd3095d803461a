"""A tally drawn: one function per chart, one house style, vector output.

Each chart takes a tally, or a frame of comparisons, and returns a matplotlib ``Figure``; `svg`
turns that into inline SVG. No chart touches pyplot, so none leaves a figure behind or shows itself
twice in a notebook.

What all charts share:

- A percentage is `csm_lib.counts.rounded_percent` of a count and its base, nothing else.
- Values stand beside their marks. Years differ in shape (open, then filled) as well as in colour,
  answers in shade and outline.
- Figures are 380 pt wide with 11 pt text: 16.7 px at the widest a page shows them (36rem), and
  9.6 px on a phone whose text column is 330 px. Text is measured in DejaVu Sans, wider than the
  fonts a browser will choose, so that it fits in those too.
- No title: that is the finding's. ``note`` sets a visible label into the figure, as for a drawn
  panel.
"""

from __future__ import annotations

from csm_lib.charts._bars import bars
from csm_lib.charts._change_bars import change_bars
from csm_lib.charts._dumbbell import dumbbell
from csm_lib.charts._moves import moves
from csm_lib.charts._p_ranges import p_ranges
from csm_lib.charts._ranges import ranges
from csm_lib.charts._ranked_dots import ranked_dots
from csm_lib.charts._stacked_bars import stacked_bars
from csm_lib.charts._style import DARK, PALETTE, css
from csm_lib.charts._support import support
from csm_lib.charts._svg import svg
from csm_lib.charts._tile_map import tile_map
from csm_lib.charts._waves import waves

__all__ = [
    "DARK",
    "PALETTE",
    "bars",
    "change_bars",
    "css",
    "dumbbell",
    "moves",
    "p_ranges",
    "ranges",
    "ranked_dots",
    "stacked_bars",
    "support",
    "svg",
    "tile_map",
    "waves",
]
