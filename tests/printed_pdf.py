"""What a printed page says, whichever release of Chromium printed it with whichever fonts."""

from __future__ import annotations

import unicodedata

from pypdf import PageObject


def told(page: PageObject) -> str:
    """The text of a page with single spaces, and letters where a font has one sign for several."""
    return " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())
