"""`lacuna lineage`: where an answer came from, in plain words or as a graph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.domain.lineage import Direction, Graph

if TYPE_CHECKING:
    from lacuna.usecases.trace import Explanation

lineage_app = typer.Typer(no_args_is_help=True, help="Where answers came from and what documents went into.")

NodeId = Annotated[str, typer.Argument(help="An answer (ans_...), decision (dec_...), document or chunk id.")]
Depth = Annotated[int, typer.Option(min=1, max=10, help="How many steps to follow.")]


def explain_command(
    decision_id: Annotated[str, typer.Argument(help="The decision's id (dec_...).")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say why a decision got its tier, and the least that would have to be different for a lower one."""
    from lacuna.wiring.build import open_application

    async def work() -> "Explanation":
        async with open_application(overrides(data_dir)) as application:
            return await application.trace.decision(decision_id, application.cli_principal)

    found = run(work)
    if not as_json:
        for line in found.summary:
            out.print(line, markup=False)
        return
    from lacuna.api.lineage import counterfactual_model

    why = None if found.counterfactual is None else counterfactual_model(found.counterfactual).model_dump()
    tier = found.facts.get("tier")
    print_json({"decision_id": found.decision_id, "tier": tier, "summary": found.summary, "counterfactual": why})


@lineage_app.command("show")
def show(node_id: NodeId, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Explain a decision or answer in plain words, with everything that went into it."""
    from lacuna.domain.errors import NotFound
    from lacuna.wiring.build import open_application

    async def work() -> tuple[Sequence[str], Graph]:
        async with open_application(overrides(data_dir)) as application:
            who = application.cli_principal
            graph = await application.trace.lineage(node_id, Direction.BOTH, 3, who)
            decision = next((e.source for e in graph.edges if e.target == node_id and e.relation == "asked"), node_id)
            try:
                story = (await application.trace.decision(decision, who)).summary
            except NotFound:
                story = ()
            return story, graph

    story, graph = run(work)
    if as_json:
        print_json({"explanation": list(story), **_graph(graph)})
        return
    for line in story:
        out.print(line, markup=False)
    _print(graph)


@lineage_app.command("upstream")
def upstream(node_id: NodeId, depth: Depth = 3, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What went into a node."""
    _walk(node_id, Direction.UPSTREAM, depth, data_dir, as_json)


@lineage_app.command("downstream")
def downstream(node_id: NodeId, depth: Depth = 3, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What came out of a node."""
    _walk(node_id, Direction.DOWNSTREAM, depth, data_dir, as_json)


@lineage_app.command("impact")
def impact(node_id: NodeId, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Every answer that a document or chunk went into."""
    _walk(node_id, Direction.DOWNSTREAM, 10, data_dir, as_json)


def _walk(node_id: str, direction: Direction, depth: int, data_dir: DataDir, as_json: bool) -> None:
    from lacuna.wiring.build import open_application

    async def work() -> Graph:
        async with open_application(overrides(data_dir)) as application:
            return await application.trace.lineage(node_id, direction, depth, application.cli_principal)

    graph = run(work)
    if as_json:
        print_json(_graph(graph))
    else:
        _print(graph)


def _graph(graph: Graph) -> dict[str, object]:
    return {
        "nodes": [{"id": n.node_id, "kind": str(n.kind), "tier": str(n.tier), "label": n.label} for n in graph.nodes],
        "edges": [{"source": e.source, "target": e.target, "relation": e.relation} for e in graph.edges],
        "truncated": graph.truncated,
    }


def _print(graph: Graph) -> None:
    for node in graph.nodes:
        out.print(f"{node.kind:10} {node.tier!s:12} {node.node_id}  {node.label}", markup=False)
    for edge in graph.edges:
        out.print(f"  {edge.source} --{edge.relation}--> {edge.target}", markup=False)
    if graph.truncated:
        out.print("(more was reachable than is shown)")
