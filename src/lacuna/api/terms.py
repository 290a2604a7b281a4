"""`/admin/terms`, `/admin/projects`, `/admin/customers`: the organisation's own words. Administrators only.

A term never stands in a path or a query: those end up in the logs of proxies.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, TermSteward
from lacuna.domain.terms import MAX_ALIASES, MAX_LENGTH, Match, Term, TermList
from lacuna.usecases.terms import MAX_IMPORT, ListedTerm

router = APIRouter(prefix=f"{PREFIX}/admin", tags=["admin"])

Spelling = Annotated[str, Field(max_length=MAX_LENGTH + 100)]
TermId = Annotated[str, Path(min_length=1, max_length=100)]


class TermBody(BaseModel):
    """A term. `match` says when it counts; with `automatic`, a project or customer that is one common word does not
    count in small letters behind an article ("an echo")."""

    model_config = ConfigDict(extra="forbid")

    name: Spelling
    aliases: list[Spelling] = Field(default_factory=list, max_length=MAX_ALIASES)
    match: Match = Match.AUTOMATIC

    def term(self) -> Term:
        """The domain's form of it."""
        return Term(self.name, tuple(self.aliases), self.match)


class ImportBody(BaseModel):
    """Many terms at once: all of them are stored or none. A plain text is a term without aliases."""

    model_config = ConfigDict(extra="forbid")

    terms: list[Spelling | TermBody] = Field(min_length=1, max_length=MAX_IMPORT)


class TermModel(BaseModel):
    """A term as it is kept: in the file (`source` "file") or in the database. `added_at` is in microseconds since the
    epoch."""

    id: str
    name: str
    aliases: list[str]
    match: Match
    source: str
    added_by: str
    added_at: int | None


class TermPageModel(BaseModel):
    """A page of terms by id; `next` continues it."""

    terms: list[TermModel]
    next: str | None


class ImportedModel(BaseModel):
    """What an import did; `unchanged` were there already."""

    added: int
    replaced: int
    unchanged: int


def _add_routes(path: str, listed: TermList) -> None:
    """The same four routes for each list."""

    @router.get(f"/{path}", name=f"list_{path}")
    async def listing(
        app: App,
        asker: TermSteward,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        after: Annotated[str, Query(max_length=100)] = "",
    ) -> TermPageModel:
        """The terms by id, those of the configuration file first."""
        page = await app.terms.page(listed, after, limit, asker)
        return TermPageModel(terms=[_model(term) for term in page.terms], next=page.next)

    @router.post(f"/{path}", status_code=201, name=f"add_{path}")
    async def add(body: TermBody, response: Response, app: App, asker: TermSteward) -> TermModel:
        """Adds a term; it counts when the call returns. 200 instead of 201 where a term of this form was there: it is
        replaced."""
        term, new = await app.terms.add(listed, body.term(), asker)
        if not new:
            response.status_code = 200
        return _model(term)

    @router.post(f"/{path}/import", name=f"import_{path}")
    async def load(body: ImportBody, app: App, asker: TermSteward) -> ImportedModel:
        """Adds or replaces many terms in one step."""
        terms = [Term(each) if isinstance(each, str) else each.term() for each in body.terms]
        done = await app.terms.load(listed, terms, asker)
        return ImportedModel(added=done.added, replaced=done.replaced, unchanged=done.unchanged)

    @router.delete(f"/{path}/{{term_id}}", status_code=204, name=f"remove_{path}")
    async def remove(term_id: TermId, app: App, asker: TermSteward) -> None:
        """Removes a term of the database; those of the file are removed in the file."""
        await app.terms.remove(listed, term_id, asker)


for _path, _listed in (
    ("terms", TermList.INTERNAL_TERMS),
    ("projects", TermList.PROJECTS),
    ("customers", TermList.CUSTOMERS),
):
    _add_routes(_path, _listed)


def _model(listed: ListedTerm) -> TermModel:
    return TermModel(
        id=listed.term_id,
        name=listed.term.name,
        aliases=list(listed.term.aliases),
        match=listed.term.match,
        source=listed.source,
        added_by=listed.added_by,
        added_at=listed.added_at,
    )
