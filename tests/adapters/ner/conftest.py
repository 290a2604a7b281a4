"""A small spaCy model, trained here in seconds on sentences written for it."""

import importlib
import importlib.util
import os
import random
from pathlib import Path
from typing import Any

import pytest

FIRST = ("Ingrid", "Marta", "Pavel", "Aylin", "Bruno", "Chiara", "Owen", "Lea")
LAST = ("Solberg", "Nowak", "Horak", "Demir", "Keller", "Ferri", "Byrne", "Girard")
SENTENCES = (
    "Yesterday {} called the office about the delivery.",
    "The refund for {} has not been paid.",
    "{} is on sick leave until Friday.",
    "Hello. {} wrote the report about the museum.",
    "We met {} in the garden behind the house.",
)
PLAIN = (
    "The boiling point of water falls with the height above the sea.",
    "Yesterday the office called about the delivery.",
    "Hello. The museum opens at nine on weekdays.",
    "Copper conducts electricity better than iron.",
)


def optional(module: str) -> Any:
    """The module; where it is not installed the test is skipped with the reason, in CI failed."""
    if importlib.util.find_spec(module) is None:
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report(f"{module} is not installed; requirements/dev.txt has it")
    return importlib.import_module(module)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that knows the names above."""
    spacy = optional("spacy")
    optional("spacy.training")
    from spacy.training import Example

    spacy.util.fix_random_seed(3)
    draw = random.Random(3)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("ner").add_label("PERSON")
    examples = []
    for first in FIRST:
        for last in LAST:
            sentence, name = draw.choice(SENTENCES), f"{first} {last}"
            start = sentence.index("{}")
            marked = {"entities": [(start, start + len(name), "PERSON")]}
            examples.append(Example.from_dict(pipeline.make_doc(sentence.format(name)), marked))
    examples += [Example.from_dict(pipeline.make_doc(text), {"entities": []}) for text in PLAIN * 6]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(12):
        draw.shuffle(examples)
        for at in range(0, len(examples), 16):
            pipeline.update(examples[at : at + 16], sgd=optimizer, drop=0.1)
    folder = tmp_path_factory.mktemp("model") / "people"
    pipeline.to_disk(folder)
    return folder
