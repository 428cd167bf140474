"""Names, addresses and gendered words taken out of a text before anything learns from it: a vector would carry them on.

Phrases of the taxonomy need no masking, because they are looked up and nothing else in the text counts. Whoever turns
texts into vectors masks them first.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

SOMEBODY = "somebody"
_PLAIN = {
    "they": "he she him her his hers they them their theirs",
    "themself": "himself herself themself themselves",
    "person": "man woman boy girl guy lady gentleman",
    "people": "men women boys girls guys ladies gentlemen",
    "parent": "mother father mum mom dad",
    "partner": "wife husband girlfriend boyfriend",
    "child": "son daughter",
    "sibling": "brother sister",
}
PLAIN_WORD = {word: plain for plain, words in _PLAIN.items() for word in words.split()}
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "sir", "madam"})
WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
ADDRESS = re.compile(r"\S*@\w(?:\S*\w)?")  # e-mail or handle, without the full stop after it


def mask(text: str, names: Iterable[str]) -> str:
    """`text` with every one of `names`, every address and every gendered word of English put neutrally.

    A name counts where it is written as one, with a capital letter, so that "will" and "hope" stay words; part of a
    double name ("Anne-Marie", "Okafor's") counts as well. Forms of address go.
    """
    return masker(names)(text)


def masker(names: Iterable[str]) -> Callable[[str], str]:
    """The same for many texts: the names of a whole organisation are prepared once."""
    known = {part for name in names for part in _parts(unicodedata.normalize("NFKC", name).casefold())}

    def neutral(found: re.Match[str]) -> str:
        word = found.group()
        folded = word.casefold()
        if folded in TITLES and not word.isupper():  # "MS" is a maker of software
            return ""
        if not _written_small(word) and known.intersection(_parts(folded)):
            return SOMEBODY
        plain = PLAIN_WORD.get(re.sub("[’']s$", "", folded))
        return plain or word

    def masked(text: str) -> str:
        plain = ADDRESS.sub(SOMEBODY, unicodedata.normalize("NFKC", text))
        return " ".join(WORD.sub(neutral, plain).split())

    return masked


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\s’'-]+", name) if len(part) > 1]


def _written_small(word: str) -> bool:
    """In lower case, in a script that has another."""
    return word == word.lower() and word != word.upper()
