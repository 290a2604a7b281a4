"""What every compiler of override patterns does. Subclass with a fixture `compiled`."""

from lacuna.ports.overrides import PatternCompiler


class PatternsContract:
    def test_the_patterns_that_match_anywhere_are_told(self, compiled: PatternCompiler) -> None:
        patterns = compiled(["heron", "st[ao]rk", "^swan$"])
        assert set(patterns.matching("a heron and a stark")) == {0, 1}
        assert set(patterns.matching("swan")) == {2}
        assert set(patterns.matching("")) == set()
        assert set(compiled([]).matching("heron")) == set()

    def test_places_are_code_points(self, compiled: PatternCompiler) -> None:
        patterns = compiled(["heron", "机."])
        assert list(patterns.spans(0, "机 heron, 机 heron")) == [(2, 7), (11, 16)]
        assert list(patterns.spans(1, "ab机x")) == [(2, 4)]
        assert list(patterns.spans(0, "nothing")) == []

    def test_the_whole_text_is_all_but_the_white_space_around_it(self, compiled: PatternCompiler) -> None:
        patterns = compiled(["he|heron"])
        assert patterns.whole(0, " heron\n")
        assert not patterns.whole(0, "heron.")
