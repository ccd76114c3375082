"""The losses of a file rewritten for another framework: text in, text out.

No framework is imported, and nothing of a file is run. A file goes through three rooms: `read` finds the
calls and their arguments, `decide` says what becomes of each, and `write` carries that out, proves that
nothing else changed, and replaces the file. A room imports from those before it only.

Above the rooms, in the order in which to read them: `source` ports one text, `document` the bytes of a
file or a notebook, `verify` runs every rewrite beside its original, `output` says what was found, and
`command` is `xlogits port`.
"""
