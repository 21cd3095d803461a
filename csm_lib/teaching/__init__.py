"""Lessons: what a page, a slide, a handout and a student's notebook ask, and what is right.

A lesson is a module ``lesson_…`` with its exercises, its quiz and the checks of its notebook. Every
number in a task, a solution or a quiz is worked out from the collection, so none can go stale.
"""

from __future__ import annotations

LESSONS = ("table", "seats", "fall", "measured")
"""The lessons in their order: the module is ``lesson_table``, the notebook ``table.ipynb``."""
