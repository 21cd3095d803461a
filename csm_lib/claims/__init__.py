"""Shares and printed figures as the lessons in Python look at them; see `cells`."""
