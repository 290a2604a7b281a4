"""The settings of the language models that write answers."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from lacuna.config.section import Seconds, Section
from lacuna.config.values import Folder, LowerText, Text, Token, WebAddress, Whole, is_private_address

Backend = Literal["none", "vllm", "tgi", "ollama", "llamacpp", "openai", "xllamacpp"]

Network = Annotated[Literal["public", "private"], LowerText]
_WHERE: Final = (
    "Where a model outside is connected to: private addresses are refused on `public`, all others on `private`, for a "
    "proxy of your own. Default: `private` where `endpoint` is a private address or `localhost`."
)

_LOCAL: Final = ("none", "vllm", "tgi", "ollama", "llamacpp", "xllamacpp")
IN_PROCESS: Final = "xllamacpp"
"""llama.cpp in a child process, with a model from a file."""


class ModelSettings(Section):
    """One language model."""

    backend: Annotated[Backend, LowerText] = Field(
        "none", description="Kind of service; `vllm` if only an endpoint is given, `xllamacpp` if only a model file is."
    )
    endpoint: WebAddress | None = Field(None, description="Address of the OpenAI-compatible service.")
    model: Text | None = Field(None, description="Model name that the service knows.")
    model_path: Folder | None = Field(None, description="GGUF file for `xllamacpp`, which needs no service.")
    threads: Annotated[Whole, Field(ge=1, le=256)] = Field(2, description="Threads of `xllamacpp`.")
    context_tokens: Annotated[Whole, Field(ge=512, le=1_048_576)] = Field(
        8_192, description="Longest prompt and answer of `xllamacpp` together, in tokens."
    )
    api_key: Token | None = Field(None, description="Key sent to the service.")
    approved: bool = Field(False, description="Whether it may answer where policy allows approved models only.")
    timeout_s: Seconds = Field(60.0, description="Seconds an answer may take.")
    max_tokens: Annotated[Whole, Field(ge=1, le=131_072)] = Field(1_024, description="Longest answer, in tokens.")

    @property
    def configured(self) -> bool:
        """Whether there is such a model."""
        return self.backend != "none" and (self.endpoint is not None or self.model_path is not None)

    @property
    def name(self) -> str:
        """The model as answers name it."""
        return self.model or (self.model_path or Path()).stem

    @model_validator(mode="before")
    @classmethod
    def _derived(cls, values: object) -> object:
        """An endpoint alone means vLLM, as in the deployment guide. Where there is a location, it follows from the
        backend: one that is not known to be local counts as external."""
        if not isinstance(values, dict):
            return values
        given = {"backend": cls._usual(values), **values}
        backend = given["backend"]
        named = backend.strip().lower() if isinstance(backend, str) else backend
        if "location" in cls.model_fields:
            given = {"location": "local" if named in _LOCAL else "external", **given}
        if "network" in cls.model_fields:
            given = {"network": _network(given), **given}
        return given

    @classmethod
    def _usual(cls, values: dict[str, object]) -> str:
        if values.get("endpoint") is not None:
            return "vllm"
        return IN_PROCESS if values.get("model_path") is not None else "none"


def _network(given: dict[str, object]) -> str:
    """An address that is written as a private one is meant so."""
    location, endpoint = given.get("location"), given.get("endpoint")
    inside = isinstance(location, str) and location.strip().lower() == "local"
    return "private" if inside or (isinstance(endpoint, str) and is_private_address(endpoint)) else "public"


class FallbackLlmSettings(ModelSettings):
    """A smaller model inside the house that answers where the first one cannot."""


class LlmSettings(ModelSettings):
    """The LLM that writes answers. With `none`, answers are extracted from the documents."""

    location: Annotated[Literal["local", "external"], LowerText] = Field(
        "local",
        description="`local`: inside the house, private addresses only. "
        "`external`: sees PUBLIC text only. Default: `external` for `openai`, else `local`.",
    )
    network: Network = Field("private", description=_WHERE + " Always `private` for a local one.")
    fallback: FallbackLlmSettings = Field(default_factory=FallbackLlmSettings)

    @property
    def local(self) -> tuple[tuple[str, ModelSettings], ...]:
        """The models inside the house in the order in which they are asked, by the name of their section."""
        first = (("llm", self),) if self.location == "local" else ()
        return tuple((name, each) for name, each in (*first, ("llm_fallback", self.fallback)) if each.configured)


class ExternalLlmSettings(ModelSettings):
    """An LLM outside the house beside a local one: for PUBLIC questions, where `routing.public.external_llm` allows."""

    network: Network = Field("public", description=_WHERE)

    @classmethod
    def _usual(cls, values: dict[str, object]) -> str:
        return "openai" if values.get("endpoint") is not None else "none"


def external_model(llm: LlmSettings, beside: ExternalLlmSettings) -> LlmSettings | ExternalLlmSettings | None:
    """The model outside the house, however it is configured."""
    if beside.configured:
        return beside
    return llm if llm.location == "external" and llm.configured else None
