"""Which words can be Vietnamese at all: an initial, a rhyme from a closed list, one tone.

The list of rhymes is the whole of the written language (some 160), so it tells Vietnamese from a wrong code
page, from English and from noise without any dictionary.
"""

import re
import unicodedata
from functools import lru_cache

_INITIALS = ("ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", *"bcdđghklmnprstvx")
_WRITTEN_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
i ia ich iê iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
oi om on ong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơng ơp ơt
u ua uân uâng uât uây uc uê uên uêch uênh ui um un ung uơ up ut
uy uya uych uyn uynh uyêt uyên uyt uyu uôc uôi uôm uôn uông uôt uôp
ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yê yêm yên yêng yêt yêu
"""
_RHYMES = frozenset(_WRITTEN_RHYMES.split())
_TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BREAKS = re.compile(r"[\s!-@\[-`{-~“”‘’…–—•]+")
_VOWELS = re.compile("[aeiouy]")


def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(c for c in bare if not unicodedata.combining(c))


_FOLDED_RHYMES = frozenset(_folded(r) for r in _RHYMES)


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """As written, with its marks: "kế" is one, "kÕ" and "plan" are not."""
    letters = unicodedata.normalize("NFD", word.lower())
    tones = sum(c in _TONE_MARKS for c in letters)
    if tones > 1 or len(word) > 7:
        return False
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONE_MARKS))
    return _splits(bare, _RHYMES)


@lru_cache(maxsize=20_000)
def _is_folded_syllable(word: str) -> bool:
    return len(word) <= 7 and _splits(_folded(word), _FOLDED_RHYMES)


def _splits(bare: str, rhymes: frozenset[str]) -> bool:
    if bare in rhymes:
        return True
    return any(bare.startswith(i) and (bare[len(i) :] in rhymes or bare == "gi") for i in _INITIALS)


def _words(text: str) -> list[str]:
    return [w for w in _BREAKS.split(text) if w]


def fitness(text: str) -> int:
    """Marked words that are Vietnamese minus marked words that cannot be; plain ASCII words say nothing."""
    marked = [w for w in _words(unicodedata.normalize("NFC", text)) if not w.isascii()]
    good = sum(is_syllable(w) for w in marked)
    return 2 * good - len(marked)


def looks_vietnamese(text: str) -> bool:
    """Most words could be Vietnamese, marks or no marks; abbreviations like LĐLĐ and TP are not counted."""
    words = [w for w in _words(text[:100_000]) if len(w) > 1 and _VOWELS.search(_folded(w))]
    if not words:
        return False
    share = sum(_is_folded_syllable(w) for w in words) / len(words)
    return share >= (0.5 if len(words) >= 20 else 0.35)
