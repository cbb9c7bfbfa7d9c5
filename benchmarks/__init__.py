"""The course measured against what one would use instead."""
