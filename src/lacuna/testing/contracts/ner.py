"""What every `EntityRecogniser` does. Subclass with a fixture `recogniser` that knows `person` as a person."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lacuna.ports.ner import PERSON, EntityRecogniser


class EntityRecogniserContract:
    """Subclasses may set `person`, a name the recogniser knows, `sentence`, where it stands as "{}", and `harmless`, in
    which there is no person."""

    person = "Ingrid Solberg"
    sentence = "Yesterday {} called the office about the delivery."
    harmless = "The boiling point of water falls with the height above the sea."

    def test_it_says_who_it_is_and_its_version_is_stable(self, recogniser: EntityRecogniser) -> None:
        assert recogniser.name
        assert recogniser.version
        assert recogniser.version == recogniser.version

    @pytest.mark.parametrize("before", ["", "Hello. ", "\U0001f642 caf\u00e9 \u6771\u4eac: "])
    def test_spans_are_code_points_of_the_text(self, recogniser: EntityRecogniser, before: str) -> None:
        text = before + self.sentence.format(self.person)
        start = text.index(self.person)
        found = {(e.kind, e.start, e.end) for e in recogniser.entities(text)}
        assert (PERSON, start, start + len(self.person)) in found

    def test_scores_and_places_are_in_range_and_in_order(self, recogniser: EntityRecogniser) -> None:
        text = " ".join([self.sentence.format(self.person)] * 3)
        found = recogniser.entities(text)
        assert all(0 <= e.start < e.end <= len(text) and 0.0 < e.score <= 1.0 and e.kind for e in found)
        assert [e.start for e in found] == sorted(e.start for e in found)
        assert len({(e.kind, e.start, e.end) for e in found}) == len(found)

    def test_the_whole_of_a_long_text_is_looked_at(self, recogniser: EntityRecogniser) -> None:
        padding = (self.harmless + "\n") * (50_000 // len(self.harmless))
        text = padding + self.sentence.format(self.person)
        assert any(text[e.start : e.end] == self.person for e in recogniser.entities(text))

    def test_no_person_is_found_where_there_is_none(self, recogniser: EntityRecogniser) -> None:
        assert not [e for e in recogniser.entities(self.harmless) if e.kind == PERSON]

    @pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\u200b", "a\u0301" * 50, "\U0001f600" * 20])
    def test_any_text_is_taken(self, recogniser: EntityRecogniser, text: str) -> None:
        assert all(0 <= e.start < e.end <= len(text) for e in recogniser.entities(text))

    def test_threads_do_not_disturb_each_other(self, recogniser: EntityRecogniser) -> None:
        texts = [self.harmless, self.sentence.format(self.person)] * 10
        expected = [tuple(recogniser.entities(text)) for text in texts]
        with ThreadPoolExecutor(4) as pool:
            assert [tuple(found) for found in pool.map(recogniser.entities, texts)] == expected

    def test_the_text_stays_out_of_what_it_returns(self, recogniser: EntityRecogniser) -> None:
        assert self.person not in repr(recogniser.entities(self.sentence.format(self.person)))
