"""The Chromium of this machine and how it is started for tests."""

import shutil
from collections.abc import Sequence

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "The browser tests need Chromium or Chrome: `make test` installs it, or as root `apt-get install chromium`."
# Chromium keeps two more pages ready behind every window's address bar, which nobody sees here: a quarter of what a
# page costs. Of this switch the last counts, so that what Playwright switches off by it is repeated.
UNWANTED = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)  # fmt: skip
FLAGS = (
    f"--disable-features={','.join(UNWANTED)}",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",  # its fake prompt is not wanted: it would overrule who refuses
)  # fmt: skip


def path() -> str:
    """Raises RuntimeError where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError(MISSING)
    return found


def launch(playwright: Playwright, flags: Sequence[str] = ()) -> Browser:
    """A browser of its own, with a fresh profile."""
    return playwright.chromium.launch(executable_path=path(), args=[*FLAGS, *flags])
