"""Which characters people see, one by one and beside each other; no I/O.

What is invisible makes two names look alike that are not. Some scripts and emoji need some of it, each in its place.
"""

import unicodedata

# letters and symbols by name, nothing to see
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U00016fe4\U0001d159")
REFUSED = frozenset({"Cc", "Cf", "Cs", "Co"})  # not Cn: what this Python does not know yet may be a letter
JOINERS = frozenset("\u200c\u200d")  # Persian and Indic words, emoji of several
MARKS = frozenset("\u200e\u200f\u061c")  # of direction: names in Arabic and Hebrew
EMOJI_STYLES = frozenset(map(chr, range(0xFE00, 0xFE10)))
MONGOLIAN_FORMS = frozenset("\u180b\u180c\u180d\u180f")
HAN_FORMS = frozenset(map(chr, range(0xE0100, 0xE01F0)))
TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
HELPERS = JOINERS | MARKS | EMOJI_STYLES | MONGOLIAN_FORMS | HAN_FORMS | TAGS
BLACK_FLAG, END_OF_TAGS, KEYCAP = "\U0001f3f4", "\U000e007f", "\u20e3"
PLAIN = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH")
PILE_MAX = 8  # marks upon one letter; Burmese and Tibetan need five or six, more paint over the neighbours
VIRAMA = 9  # its combining class: what follows decides how an Indic consonant is joined
# Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), first and last
IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip


def unseen(line: str) -> bool:
    """Whether something in it is a control character, invisible where no script or emoji needs it, or no character."""
    return any(_deceives(one) for one in line) or not _in_place(line)


def shows_nothing(line: str) -> bool:
    return set(line) <= HELPERS | BLANK


def overflows(line: str) -> bool:
    """Whether marks leave their place: piled high, or first, upon whatever stands before the line."""
    piles = "".join("m" if unicodedata.category(one) in {"Mn", "Me"} else " " for one in line)
    return piles.startswith("m") or "m" * (PILE_MAX + 1) in piles


def _deceives(one: str) -> bool:
    if one in HELPERS:
        return False
    return one in BLANK or unicodedata.category(one) in REFUSED or _ignorable(ord(one)) or _is_none(ord(one))


def _ignorable(code: int) -> bool:
    return any(first <= code <= last for first, last in IGNORABLE)


def _is_none(code: int) -> bool:
    """A noncharacter: Unicode promises never to make it one."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _in_place(line: str) -> bool:
    around = zip(["", *line], line, [*line[1:], ""], strict=False)
    right_to_left = any(unicodedata.bidirectional(one) in {"R", "AL"} for one in line if one not in MARKS)
    return _tags_in_place(line) and all(
        right_to_left and before not in MARKS if one in MARKS else _fits(before, one, after)
        for before, one, after in around
        if one in HELPERS - TAGS
    )


def _fits(before: str, one: str, after: str) -> bool:
    """Whether an invisible character does something where it is."""
    if one in JOINERS:
        return _joins(before) and (bool(after.strip()) or unicodedata.combining(before) == VIRAMA)
    if one in EMOJI_STYLES:
        return bool(before) and not _plain(before) and (before not in "0123456789#*" or after == KEYCAP)
    return unicodedata.name(before or " ").startswith("MONGOLIAN" if one in MONGOLIAN_FORMS else "CJK")


def _joins(before: str) -> bool:
    if not before or _plain(before):
        return False
    return before in EMOJI_STYLES or unicodedata.category(before) in {"Lo", "Lm", "Mn", "Mc", "So", "Sk"}


def _plain(one: str) -> bool:
    """Of a script that needs nothing invisible, or an invisible character itself."""
    known = unicodedata.name(one, "")
    return known.startswith(PLAIN) or (one in HELPERS and one not in EMOJI_STYLES) or one.isspace()


def _tags_in_place(line: str) -> bool:
    """Tags are for flags: England's is a black flag, the tags of `gbeng`, and the tag that ends them."""
    head, *flags = line.split(BLACK_FLAG)
    if not TAGS.isdisjoint(head):
        return False
    for flag in flags:
        tags, end, rest = flag.partition(END_OF_TAGS)
        if not TAGS.isdisjoint(rest if end else flag) or (end and not _is_region(tags)):
            return False
    return True


def _is_region(tags: str) -> bool:
    """A region and its part, such as `gbeng`."""
    text = "".join(chr(ord(one) - 0xE0000) if one in TAGS else "?" for one in tags)
    return 2 <= len(text) <= 6 and text.isalnum() and text.islower()
