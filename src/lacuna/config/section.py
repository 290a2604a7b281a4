"""What the sections of the configuration share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lacuna.config.values import Number, Whole

Seconds = Annotated[Number, Field(gt=0, le=3_600)]
Port = Annotated[Whole, Field(ge=0, le=65_535)]


class Section(BaseModel):
    """What all sections share: frozen, no unknown keys, no values in error messages."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        validate_default=False,
        defer_build=True,  # the whole tree is built once, when a configuration is read
    )
