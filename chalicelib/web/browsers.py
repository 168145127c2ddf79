"""Which browsers get the page, and which a plain notice (G5).

The User-Agent is looked at and forgotten. One that names no browser of ours gets the page: the script says itself
what is missing, and a browser unknown to us is more often new than old.
"""

import re

OLDEST = {"chrome": 109, "edge": 109, "firefox": 115, "safari": 16}  # AudioWorklet, private methods, dvh units

_DEAD = re.compile(r"MSIE |Trident/|Opera Mini|Presto/|EdgeHTML|Edge/")
_APPLE = re.compile(r"Version/(\d+)\S* (?:Mobile/\S+ )?Safari/")
_VERSIONS = (
    ("edge", re.compile(r"Edg(?:A|iOS)?/(\d+)")),
    ("firefox", re.compile(r"Firefox/(\d+)")),
    ("chrome", re.compile(r"Chrom(?:e|ium)/(\d+)")),
    ("safari", _APPLE),
)
_IOS = re.compile(r"(?:iPhone|CPU) OS (\d+)_")  # every browser there is Safari underneath


def too_old(user_agent: str) -> bool:
    """True for a browser known not to run the page."""
    if _DEAD.search(user_agent):
        return True
    if ios := _IOS.search(user_agent):
        return int(ios[1]) < OLDEST["safari"]
    return _below_oldest(user_agent)


def _below_oldest(user_agent: str) -> bool:
    for browser, pattern in _VERSIONS:
        if found := pattern.search(user_agent):
            return int(found[1]) < OLDEST[browser]
    return False
