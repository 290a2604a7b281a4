"""Control tokens of chat templates inside data.

A model server may read `<|im_end|>` or `[INST]` in a message as the boundary of a turn, so a document could speak with
another role's voice. The tokens are kept readable, but broken up. It is one hedge beside the marker and the
instructions of `lacuna.domain.prompting`; none of them makes injection impossible, which is why passages never decide
what is sent.
"""

import re
from typing import Final

# Families of ChatML, Llama 2 and 3, Mistral, Gemma, DeepSeek (full-width bar) and sentence-piece models.
_CONTROL: Final = re.compile(
    r"<(?=[|｜])|<(?=/?(?:s|bos|eos|unk|pad|start_of_turn|end_of_turn)>)|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\])",
    re.IGNORECASE,
)


def defused(text: str) -> str:
    """`text` with a space after the first character of each control token; idempotent."""
    return _CONTROL.sub(lambda opening: opening.group() + " ", text)
