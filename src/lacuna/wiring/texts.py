"""Stored texts, from the configuration."""

from pathlib import Path

from lacuna.adapters.texts.subject_keys import SubjectKeys
from lacuna.config.audit_settings import AuditSettings
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue, Ledger
from lacuna.usecases.texts import Texts
from lacuna.wiring.catalog import back_end


def stored_texts(
    folder: Path, settings: AuditSettings, ledger: Ledger, catalogue: Catalogue, keys: KeyRing, clock: Clock
) -> Texts:
    """Raises StorageError where the keys' folder cannot be used."""
    vault = back_end("texts", "sealed")(folder, subject_keys(folder, settings, keys))
    return Texts(vault, ledger, catalogue, keys, clock, keeping=settings.store_text)


def subject_keys(folder: Path, settings: AuditSettings, keys: KeyRing) -> SubjectKeys:
    """The keys that erasing a subject destroys. Raises StorageError."""
    return SubjectKeys(settings.subject_keys_path or folder / "subject-keys", keys.derived("subject keys"))
