"""Load, aggregate and present returns of the Children's Trust mapping."""
