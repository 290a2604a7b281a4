"""What split view lets out, and what it is good for: leak rate against answer quality, on made-up questions and a small
made-up web. Controls: the question as it is sent to the search engine, and no search at all.

Leaks are counted in what would be sent: a planted value in any writing (exact), the words of planted values one by one
(words), and a text that means what the secret says (meaning: a cosine of the packaged embedder of at least 0.6 between
what was sent and the secret, where the model is installed). An answer helps where it holds the fact that only the web
knows; answers are extracted, by the same code in every row.
"""

import asyncio
import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row
from benchmarks.split_view_cases import CASES, CUSTOMERS, OTHER_PAGES, PROJECTS, Case
from lacuna.adapters.llm.extractive import Extractive
from lacuna.config import load
from lacuna.domain.classification import Question
from lacuna.domain.retrieval import WebResult
from lacuna.domain.splitting import FUNCTION_WORDS, words
from lacuna.ports.llm import Prompt
from lacuna.testing.servers.loopback import Received, Reply
from lacuna.testing.servers.searxng import JSON_HEADERS, SearxngDouble
from lacuna.usecases.asked import Evidence, Wanted
from lacuna.wiring.application import Application
from lacuna.wiring.build import open_application

MEANS = 0.6
CONFIG = """\
classification: {{strategy: balanced}}
routing: {{PUBLIC: {{local_rag: true, web_search: true}}}}
web_search: {{enabled: true, endpoint: "{url}"}}
split_view: {{enabled: true, method: extractive}}
"""


@dataclass(frozen=True)
class Sent:
    """What one question sent to the search engine; None where nothing was."""

    case: Case
    text: str | None


def run(scale: float) -> list[Row]:
    """Shares of the questions, three ways of searching for each."""
    cases = CASES[: max(4, int(len(CASES) * min(scale, 1.0)))]
    return asyncio.run(_measured(cases))


async def _measured(cases: Sequence[Case]) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        async with _Web() as web, open_application(loaded=load({}, _house(Path(name), web.url), Path(name))) as app:
            split = [Sent(case, await _split(app, case)) for case in cases]
            raw = [Sent(case, case.question) for case in cases]
            none = [Sent(case, None) for case in cases]
            rows: list[Row] = []
            for name_, sent in (("question as it is", raw), ("split view", split), ("no search", none)):
                rows += await _rows(name_, sent, web, _meaning(app))
            return rows


async def _rows(name: str, sent: Sequence[Sent], web: "_Web", meaning: Callable[[str, str], float] | None) -> list[Row]:
    count = len(sent)
    searched = sum(each.text is not None for each in sent)
    exact = sum(_exact(each) for each in sent) / count
    planted = [word for each in sent for word in _planted_words(each.case)]
    spoken = sum(len(_planted_words(each.case) & _words(each.text or "")) for each in sent)
    helped = sum([await _helps(each, web) for each in sent]) / count
    as_they_are = sum(each.text == each.case.question for each in sent)
    note = f"{searched} of {count} questions searched, {as_they_are} of them as they are"
    rows = [
        Row(f"{name}: helpful answers", helped, "share", "", None, note),
        Row(f"{name}: leak, exact", exact, "share of questions", "", None),
        Row(f"{name}: leak, words", spoken / max(len(planted), 1), "share of planted words", "", None),
    ]
    if meaning is not None:
        close = sum(each.text is not None and meaning(each.text, each.case.secret) >= MEANS for each in sent) / count
        rows.append(Row(f"{name}: leak, meaning", close, "share of questions", "", None))
    return rows


async def _split(app: Application, case: Case) -> str | None:
    """What the application sends for a question."""
    answer = await app.ask.answer(Wanted(Question(case.question)), app.cli_principal)
    return next((left.text for left in answer.left), None)


async def _helps(sent: Sent, web: "_Web") -> bool:
    found = [] if sent.text is None else web.ranked(sent.text)[:5]
    passages = Evidence.of((), tuple(found)).passages
    text = "".join([piece async for piece in Extractive().generate(Prompt(sent.case.question, passages))])
    return sent.case.fact in text


def _exact(sent: Sent) -> bool:
    squeezed = re.sub(r"\W+", "", (sent.text or "").casefold())
    return any(re.sub(r"\W+", "", value.casefold()) in squeezed for value in sent.case.planted)


def _planted_words(case: Case) -> set[str]:
    return {word for value in case.planted for word in _words(value)}


def _words(text: str) -> set[str]:
    return {word.folded for word in words(text)} - FUNCTION_WORDS


def _meaning(app: Application) -> Callable[[str, str], float] | None:
    embedder = app.embedder
    if embedder is None:
        return None

    def cosine(one: str, other: str) -> float:
        first, second = embedder.embed([one, other])
        return float(first @ second)

    return cosine


def _house(folder: Path, url: str) -> dict[str, str]:
    config = folder / "config"
    (config / "policies").mkdir(parents=True)
    (config / "config.yaml").write_text(CONFIG.format(url=url), encoding="utf-8")
    terms = f"projects: {list(PROJECTS)}\ncustomers: {list(CUSTOMERS)}\n"
    (config / "proprietary_terms.yaml").write_text(terms, encoding="utf-8")
    allowed = '{"settings": {"split_tiers": ["INTERNAL", "PROPRIETARY"]}}'
    (config / "policies" / "settings.json").write_text(allowed, encoding="utf-8")
    return {"LACUNA_CONFIG_PATH": str(config), "LACUNA_DATA_PATH": str(folder / "data")}


class _Web(SearxngDouble):
    """A search engine over the pages, by the rarity of shared words."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = self._ranked_answer
        listed = [(case.title, case.page) for case in CASES] + list(OTHER_PAGES)
        self._pages = [WebResult(t, f"https://web.example/{n}", page) for n, (t, page) in enumerate(listed)]
        self._terms = [_words(f"{page.title} {page.snippet}") for page in self._pages]
        seen = Counter(word for terms in self._terms for word in terms)
        self._weight = {word: math.log(1 + len(self._pages) / count) for word, count in seen.items()}

    def ranked(self, query: str) -> list[WebResult]:
        """The pages that share a word with the query, best first."""
        asked = _words(query)
        scores = [sum(self._weight[word] for word in asked & terms) for terms in self._terms]
        order = sorted(range(len(scores)), key=lambda n: (-scores[n], n))
        return [self._pages[n] for n in order if scores[n] > 0]

    def _ranked_answer(self, request: Received) -> Reply:
        return Reply((self.page(self.ranked(request.query.get("q", ""))[:10]),), headers=JSON_HEADERS)
