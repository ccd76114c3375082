"""Translations that one family of losses alone needs."""
