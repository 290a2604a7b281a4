"""The settings of the ledger: keys, stored text, and where checkpoints are anchored."""

from pydantic import Field

from lacuna.config.section import Seconds, Section
from lacuna.config.values import Folder, Text, Token, WebAddress


class FileAnchorSettings(Section):
    path: Folder | None = Field(None, description="Folder on another mount; empty: none.")


class ObjectStoreAnchorSettings(Section):
    url: WebAddress | None = Field(None, description="Address of a bucket of an S3-style store; empty: none.")
    region: Text = Field("us-east-1", description="Region that requests are signed for.")
    access_key: Token | None = Field(None, description="Access key id.")
    secret_key: Token | None = Field(None, description="Secret access key.")


class WitnessAnchorSettings(Section):
    url: WebAddress | None = Field(None, description="Submission address of a C2SP witness; empty: none.")
    key: Text = Field("", description="Verifier key of the witness: name, key id and key.")


class AnchorsSettings(Section):
    """Places that keep the ledger's checkpoints, which hold no content."""

    every_s: Seconds = Field(300.0, description="Seconds between two checkpoints that are sent.")
    file: FileAnchorSettings = Field(default_factory=FileAnchorSettings)
    object_store: ObjectStoreAnchorSettings = Field(default_factory=ObjectStoreAnchorSettings)
    witness: WitnessAnchorSettings = Field(default_factory=WitnessAnchorSettings)


class AuditSettings(Section):
    """What is kept beside the ledger, which itself holds no text."""

    anchors: AnchorsSettings = Field(default_factory=AnchorsSettings)
    signing_key: Token | None = Field(
        None, description="Ed25519 private key of the ledger, 64 hexadecimal digits; empty: `keys/signing.key`."
    )
    hmac_key: Token | None = Field(
        None, description="Key of the ledger's HMACs, 64 hexadecimal digits; empty: `keys/hmac.key`."
    )
    retired_hmac_keys: Token | None = Field(
        None,
        description="HMAC keys before it, the oldest first, separated by commas; what they named still counts.",
    )
    store_text: bool = Field(
        False, description="Whether questions and answers are kept, encrypted under a key of who asked."
    )
    subject_keys_path: Folder | None = Field(
        None, description="Folder of those keys, never to be backed up; empty: `subject-keys` in the data folder."
    )
