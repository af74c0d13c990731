"""Apart from the decoders, which are large: most processes never see a photo."""

from __future__ import annotations


class NotAPicture(Exception):
    """The bytes cannot be shown as a picture: damaged, something else under a picture's name, or far too large."""
