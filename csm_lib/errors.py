"""The errors that csm_lib raises on purpose, each with a message that names the remedy."""

from __future__ import annotations


class CollectionError(ValueError):
    """A collection, or one of its files, is not as it must be."""


class CodebookError(CollectionError):
    """The codebook is not as it must be, or was asked for something it does not hold."""


class PublishedError(CollectionError):
    """The published figures are not as they must be."""


class ReturnsError(CollectionError):
    """The returns do not agree with the codebook. The message lists every fault found."""
