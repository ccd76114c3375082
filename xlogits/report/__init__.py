"""One report of a parity run, in four shapes: a page, Markdown, JUnit XML and a terminal."""
