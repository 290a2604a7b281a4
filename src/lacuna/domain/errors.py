"""One root, one family for each kind of fault. Adapters translate foreign errors into these at the edge.

`code` is stable and part of the API; `message` says what was wrong and where; `cure` says what to do. None of the three
may carry query, document or answer text.
"""


class LacunaError(Exception):
    """The root of every error that Lacuna raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, cure: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".rstrip()


class InvalidInput(LacunaError):
    """The caller sent something that cannot be worked with."""

    code = "invalid_input"


class TooLarge(InvalidInput):
    """The input exceeds a limit; the message names both."""

    code = "too_large"


class UnsupportedFormat(InvalidInput):
    """The document is of no format that a parser knows, or is not what its name says."""

    code = "unsupported_format"


class UnreadableDocument(InvalidInput):
    """The document's format is known, but its content is damaged, protected or over a parsing limit."""

    code = "unreadable_document"


class NotFound(LacunaError):
    """Nothing of that id exists, or the principal may not know that it does."""

    code = "not_found"


class Unauthenticated(LacunaError):
    """No valid credential came with the request."""

    code = "unauthenticated"


class Forbidden(LacunaError):
    """The principal may not do this."""

    code = "forbidden"


class TierConflict(LacunaError):
    """A tier lower than what was found was asked for. Layers and uploaders only raise."""

    code = "tier_conflict"


class Conflict(LacunaError):
    """What was to be changed is no longer as the caller took it to be; somebody else may have been faster."""

    code = "conflict"


class EvidenceWithdrawn(Conflict):
    """A passage that an answer is made of was deleted, closed or raised while the answer was written."""


class PolicyDenied(LacunaError):
    """Policy forbids the operation; the message names the policy's reasons."""

    code = "policy_denied"


class Overloaded(LacunaError):
    """A bounded queue or rate is full; trying again later may work."""

    code = "overloaded"


class ConfigError(LacunaError):
    """The configuration cannot be used. `problems` holds one line per fault, with file, line and key."""

    code = "config_invalid"

    def __init__(self, message: str, *, cure: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, cure=cure)
        self.problems = problems


class DependencyError(LacunaError):
    """A back end failed. Whatever asked must fail closed."""

    code = "dependency_failed"


class DependencyTimeout(DependencyError):
    """A back end did not answer within its time."""

    code = "dependency_timeout"


class DependencyUnavailable(DependencyError):
    """A back end cannot be reached or is not configured."""

    code = "dependency_unavailable"


class DependencyNonsense(DependencyError):
    """A back end answered something outside its promise."""

    code = "dependency_nonsense"


class StorageError(LacunaError):
    """A store cannot do its work."""

    code = "storage_failed"


class StorageMissing(StorageError):
    """The store, or a part of it, is not there."""

    code = "storage_missing"


class StorageCorrupt(StorageError):
    """The store's file is damaged or is something else."""

    code = "storage_corrupt"


class StorageFull(StorageError):
    """No room is left where the store writes. What was acknowledged before stays."""

    code = "storage_full"


class StorageLocked(StorageError):
    """Another process holds the store."""

    code = "storage_locked"


class LedgerBroken(LacunaError):
    """The ledger does not verify; the message names the first bad record."""

    code = "ledger_broken"


class OutboundRefused(LacunaError):
    """A text was about to leave the house without the right to."""

    code = "outbound_refused"
