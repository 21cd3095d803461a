"""The findings of the book, one module a chapter: each public function returns a Finding."""
