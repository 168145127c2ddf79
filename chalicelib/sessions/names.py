"""Friendly names for people who have not given one: a star's name and a number, the same in every language."""

import random

STARS = (
    "Achernar Adhara Albireo Alcor Aldebaran Algol Alhena Alioth Alkaid Almaak Alnair Alnilam Alnitak Alphard "
    "Altair Antares Arcturus Bellatrix Betelgeuse Canopus Capella Castor Deneb Denebola Diphda Dubhe Elnath Enif "
    "Fomalhaut Gacrux Hadar Hamal Izar Kochab Markab Merak Mimosa Mintaka Mira Mirach Mirfak Mizar Naos Nunki "
    "Phecda Polaris Pollux Procyon Regulus Rigel Ruchbah Sabik Saiph Schedar Shaula Sirius Spica Tarazed Thuban "
    "Vega Wezen Zosma"
).split()
NUMBERS = range(2, 100)

_chance = random.SystemRandom()


def is_friendly(name: str) -> bool:
    """Whether it may be one of ours: whoever chose such a name by hand has lost nothing by it."""
    star, _, number = name.rpartition(" ")
    return star in STARS and number.isdecimal() and int(number) in NUMBERS


def friendly() -> str:
    """A name such as `Vega 42`, one of about six thousand; it says nothing about the person."""
    return f"{_chance.choice(STARS)} {_chance.choice(NUMBERS)}"
