"""The findings of any collection, brought together and worded from its codebook."""
