"""A text as terms: words without their endings, and what concepts are called as one term each.

"do I need softmax before nn.CrossEntropyLoss" is @softmax, "before" and @cross-entropy, where @ marks
what a concept is called. Misspelt words are read as the nearest word that the records use.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

# words that say nothing about what is asked; taken out after the names of concepts were found
_SILENT = (
    "a about all am an and any are as at be been being between by call called can concept could "
    "define definition describe did differ difference different do does doing done each else "
    "example explain explanation for from get gets give given gives had has have help how i if in "
    "instead into is it its just less like made make many may me meaning means more much must my "
    "need needed no not of on only or other our please question same say set should show simple "
    "so some stand stands such tell term than that the their them then there these they thing "
    "this those to too tutorial understand understanding us use used using versus vs want was we "
    "what whats when where which who why will with word work works would you your "
    "code f flax functional jax keras learn nn np numpy optax py python pytorch scikit scipy "
    "sklearn tensorflow tf torch "
    # the same in German, Spanish, Portuguese and French
    "bedeutet bei das dem den der die ein eine einem einer es ich ist man mein mit oder sind und "
    "unterschied von warum was welche wenn wie wird wozu zwischen "
    "al como con cual cuando de del diferencia e el ella en entre es esta hay la las lo los mi para "
    "por porque que quando se ser si significa sobre son un una y "
    "ao da diferenca do em entao meu minha na nas no nos o os ou pelo qual quais sao sem um uma "
    "au aux avec ce dans des difference donc du est et la le les ou par pas pour pourquoi quand que "
    "quel quelle quelles quels quoi sont sur une "
)
SILENT = frozenset(_SILENT.split())
LONGEST = 40  # letters of a word that is looked at
SHORT = frozenset({"ce", "kl"})  # of two letters, and yet part of compounds
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[a-z]+|[A-Z]+")
_SHORT_FORM = re.compile(r"([A-Z][a-z][A-Z]|[A-Z]{2,})s?")  # NaN, GPUs: one word, and several of it
# a question whose "mean" is no average
_WHAT_DOES_IT_MEAN = re.compile(
    r"^\s*what (?:does|do|did) (.*?) means?\b([\s?.!]*$| (?:in|for|on|when|with|if)\b)",
    re.IGNORECASE,
)
# words that are read as the first of their line
_ALIKE = """
gradient derivative derivatives
compute calculate calculation computation
hand manual manually scratch
implement reproduce replicate reimplement
numeric numerical numerically
rise increase up grow higher raise climb
fall decrease down lower drop decline
start begin beginning first initial initially
take accept expect
network net
padding pad
check verify
ignore exclude skip
0 zero
"""
_KEPT = frozenset({"logits", "bits", "odds", "nats"})  # whose "s" belongs to them
_PREFIX = re.compile(r"\b(un|non|pre|re)-(?=[a-z])", re.IGNORECASE)  # un-normalised


class Reading(NamedTuple):
    """A text as terms, and the words in it that were read as others."""

    terms: tuple[str, ...]
    taken: dict[str, str]


class Words:
    """The words that a set of records uses, and what their concepts are called."""

    def __init__(self, names: Mapping[str, Iterable[str]], asked: Iterable[str]) -> None:
        called = [word for those in names.values() for name in those for word in split(name)]
        others = [word for text in asked for word in split(text)]
        self.called = {stem(word) for word in called}
        self.whole = {stem(word): word for word in reversed((*called, *others))}
        self.known = set(self.whole)
        self.compounds = {word: parts for word in self.known if (parts := self._apart(word))}
        self.names = {
            tuple(part for word in split(name) for part in self._understood(word)): concept
            for concept, called in names.items()
            for name in called
        }
        self.longest = max(map(len, self.names))

    def read(self, text: str, without: str = "") -> Reading:
        """The terms of a text, in order and without those that say nothing.

        `without` is a concept whose names are not looked for.
        """
        taken: dict[str, str] = {}
        words: list[str] = []
        for word in split(text):
            found = self._understood(word)
            words += found
            if "".join(found) not in (stem(word), word):
                taken[word] = " ".join(self.whole.get(part, part) for part in found)
        return Reading(tuple(self._terms(words, without)), taken)

    def _understood(self, word: str) -> list[str]:
        """A word as words of the records: itself, written apart, or the nearest; else as it is."""
        if word in SILENT or not word.isalpha() or len(word) > LONGEST:
            return [word]
        plain = stem(word)
        if plain not in self.known:
            apart = self._apart(word)
            if apart:
                return [part for one in apart for part in self.compounds.get(one, [one])]
            plain = self._nearest(word) or self._nearest(plain) or self._begun(plain) or plain
        return self.compounds.get(plain, [plain])

    def _apart(self, word: str) -> list[str]:
        """A compound such as crossentropyloss in its parts, the longest first part first."""
        for end in range(len(word) - 3, 1, -1):
            first, rest = stem(word[:end]), stem(word[end:])
            if first in self.known and (end > 2 or first in SHORT):
                parts = [rest] if rest in self.known else self._apart(word[end:])
                if parts:
                    return [first, *parts]
        return []

    def _nearest(self, word: str) -> str:
        """The word that is one slip away, of a long word two; the first letter is no slip."""
        for slips in range(1, 1 + (len(word) > 3) + (len(word) > 8)):
            close = [w for w in self.known if w[0] == word[0] and distance(w, word, slips) <= slips]
            close = [w for w in close if len(w) > 4 or self._swapped(w, word)]
            if close:
                return min(close, key=lambda w: (w not in self.called, abs(len(w) - len(word)), w))
        return ""

    def _swapped(self, short: str, word: str) -> bool:
        """Whether a word of four letters, another letter of which makes another word, is meant."""
        return short in self.called and len(short) == 4 and sorted(short) == sorted(word)

    def _begun(self, word: str) -> str:
        """The word that an abbreviation such as vocab is the beginning of, if there is one only."""
        longer = [w for w in self.known if w.startswith(word) and len(w) > len(word) + 2]
        return longer[0] if len(word) > 3 and len(longer) == 1 else ""

    def _terms(self, words: list[str], without: str) -> Iterator[str]:
        at = 0
        while at < len(words):
            for length in range(min(self.longest, len(words) - at), 0, -1):
                concept = self.names.get(tuple(words[at : at + length]), without)
                if concept != without:
                    yield f"@{concept}"
                    at += length
                    break
            else:
                if words[at] not in SILENT:
                    yield words[at]
                at += 1


def split(text: str) -> list[str]:
    """The words of a text in lower case; names of code come apart at capitals and underscores.

    >>> split("BCEWithLogitsLoss vs. log_softmax, 2.3026")
    ['bce', 'with', 'logits', 'loss', 'vs', 'log', 'softmax', '2.3']
    """
    plain = text if text.isascii() else _without_accents(text)
    plain = _WHAT_DOES_IT_MEAN.sub(r"\1\2", plain)
    plain = _PREFIX.sub(r"\1", plain)
    words = []
    for piece in re.findall(r"[a-zA-Z]+|\d+(?:\.\d+)?", plain):
        if piece[0].isdigit():
            words.append(f"{float(piece):.2g}")
        elif piece.lower() in SILENT:
            words.append(piece.lower())
        elif short := _SHORT_FORM.fullmatch(piece):
            words.append(short[1].lower())
        else:
            words += [part.lower() for part in _PARTS.findall(piece)]
    return words


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(4096)
def stem(word: str) -> str:
    """A word without the endings of English, or the word that it is read as.

    Averages, averaged and averaging are one.

    >>> [stem(w) for w in ("logits", "classes", "smoothed", "smoothing", "calibration", "calibrated")]
    ['logits', 'class', 'smooth', 'smooth', 'calibr', 'calibr']
    """
    plain = _ending(word)
    return _READ_AS.get(plain, plain)


def _ending(word: str) -> str:
    if word in _KEPT or len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    word = re.sub(r"is(e|ed|ing|ation)$", r"iz\1", word)
    word = re.sub(r"(?<=\w{4})(ing|ed|ion)$", "", word)
    word = re.sub(r"(?<=\wuc)t$", "", word)  # reduction, reduce
    word = re.sub(r"(?<=\w{3})e$", "", word)
    return re.sub(r"(?<=\w{4})at$", "", word)


_READ_AS = {
    _ending(word): _ending(line.split()[0])
    for line in _ALIKE.strip().splitlines()
    for word in line.split()[1:]
}


def distance(a: str, b: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with the next; above `most`, any more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
