"""The page of one respondent: its answers beside those of comparable ones."""

from __future__ import annotations

from csm_lib.profile import profile as page

__all__ = ["page"]
