"""Decisions carried out: a new text, the proof that it is the old one but for the edits, and a new file.

In the order in which to read them: `edits` makes the new text and compares the two syntax trees; `cuts`
makes that comparison short, without what nothing was decided about; `save` replaces a file whole or not
at all, and keeps what `--undo` needs.
"""
