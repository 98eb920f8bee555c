"""Whether what lies on the open internet can be had from here."""

import threading
from collections.abc import Sequence

import fiftyone.zoo as foz
import requests

from demo.zoo import CLIP

_TIMEOUT = 3.0  # seconds


def quickstart_is_in_reach() -> bool:
    """Whether quickstart and CLIP are downloaded, or could be, as far as one sees.

    Takes ``_TIMEOUT`` seconds at most.
    """
    urls = []
    if not foz.is_zoo_model_downloaded(CLIP):
        urls.append(foz.get_zoo_model(CLIP).manager.config.url)
    if "quickstart" not in foz.list_downloaded_zoo_datasets():
        # Where FiftyOne keeps the zoo's smaller datasets
        urls.append("https://drive.google.com")
    return _all_answer(urls)


def _all_answer(urls: Sequence[str]) -> bool:
    """Asks all at once, in threads: a name look-up has no timeout of its own."""
    answered: set[str] = set()

    def ask(url: str) -> None:
        try:
            if requests.head(url, timeout=_TIMEOUT, allow_redirects=True).ok:
                answered.add(url)
        except requests.RequestException:
            pass  # out of reach

    threads = [threading.Thread(target=ask, args=(url,), daemon=True) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_TIMEOUT)
    return answered.issuperset(urls)
