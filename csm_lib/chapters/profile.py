"""The page of one respondent: its answers beside those of comparable ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csm_lib.profile import Profile, profile

if TYPE_CHECKING:
    from csm_lib.collection import Collection


def page(collection: Collection, authority: str) -> Profile:
    """Show one respondent's last answers beside its region, its type and everyone.

    Parameters
    ----------
    authority
        Its name, as the column ``authority`` of the returns has it.

    Returns
    -------
    Profile
        As `csm_lib.profile.profile` makes it; it shows itself in a notebook and on a page.

    Raises
    ------
    CollectionError
        The returns hold no respondent of this name.
    """
    return profile(collection, authority)
