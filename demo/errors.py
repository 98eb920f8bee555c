"""The one error of the demo: a sentence for the person who started it."""

_LENGTH = 200  # characters of an error of another library that are shown


class DemoError(Exception):
    """Something the demo needs is missing; the message says what to do next."""


def reason(error: Exception) -> str:
    """What went wrong, in a few words: the text of an error may fill a screen."""
    # Every HTTP client has a ConnectionError and a timeout of its own
    kind = type(error).__name__
    if kind.endswith(("ConnectionError", "Timeout", "URLError")):
        return "its site is out of reach"
    text = " ".join(str(error).split()) or kind
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}..."
