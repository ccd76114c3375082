"""The scale of costs: how unlikely a cause is taken to be. Everything else refers to it by name.

Costs only put causes in order: the cheaper is named first. What they are was judged from questions
that people asked in public, and is held by `tests/data/mismatches.py`: of traps that are drawn at
random the true one has to come first. To place a new cause, look for the row that describes it:

=============  ====  =========================================================================
``FAMOUS``     1.0   everybody meets it once: softmax twice, weights left out, a sum for a mean
``FORGOTTEN``  1.2   a step is left out: from_logits, the logarithm, log-softmax
``COMMON``     1.5   asked again and again: swapped arguments, shapes that broadcast
``KNOWN``      1.8   seen in the programs of several people
``ORDINARY``   2.0   a slip that is as likely as any other
``OPTION``     2.2   an option of the loss has another of its usual values
``AMOUNT``     2.4   an option has a value that nobody guesses, and is solved for
``SELDOM``     2.5   happens, but seldom alone, or shows in other ways first
``RARE``       3.0   hardly seen
``ODD``        3.5   hardly seen, and there is nearly always a simpler cause
``FARFETCHED`` 4.0   named only where nothing else fits
=============  ====  =========================================================================

What is added to a cost, for the less likely of two variants, or for what speaks against a loss:

=============  ====  =========================================================================
``NOTHING``    0.0   the plainest
``HAIR``       0.1   an order among equals
``LITTLE``     0.3   a little less likely than the plainest
``LESS``       0.5   less likely
``CLEARLY``    0.7   clearly less likely
``MUCH``       1.0   much less likely; also each reduction other than what was meant
``UNUSUAL``    1.5   shapes or labels that this is not usually meant for
``AGAINST``    2.0   the values of the arrays speak against it
``IMPOSSIBLE`` 3.0   the values of the arrays are none that it takes
=============  ====  =========================================================================
"""

FAMOUS = 1.0
FORGOTTEN = 1.2
COMMON = 1.5
KNOWN = 1.8
ORDINARY = 2.0
OPTION = 2.2
AMOUNT = 2.4
SELDOM = 2.5
RARE = 3.0
ODD = 3.5
FARFETCHED = 4.0

NOTHING = 0.0
HAIR = 0.1
LITTLE = 0.3
LESS = 0.5
CLEARLY = 0.7
MUCH = 1.0
UNUSUAL = 1.5
AGAINST = 2.0
IMPOSSIBLE = 3.0

BESIDE = 2.0  # each cause beyond the first costs this too
BESIDE_OTHERS = SELDOM + HAIR  # what costs more is not looked for beside another cause
LIKELY = 6.0  # where a single cause costs less, two at once are not looked for
