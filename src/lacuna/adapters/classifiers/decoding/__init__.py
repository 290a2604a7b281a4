"""Values that hide: encodings, spellings, layouts and substitutions undone, as further readings of a text."""

from lacuna.adapters.classifiers.decoding.byte_encodings import base64_text
from lacuna.adapters.classifiers.decoding.readings import MAX_DEPTH, TRIGGERS, Reading, Readings
from lacuna.adapters.classifiers.decoding.substitution import rot13

__all__ = ["MAX_DEPTH", "TRIGGERS", "Reading", "Readings", "base64_text", "rot13"]
