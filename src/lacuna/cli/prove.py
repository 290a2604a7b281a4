"""`lacuna policy prove`: that nothing above PUBLIC can leave the house under the configuration as loaded."""

from typing import Any

import typer

from lacuna.cli.output import AsJson, out, print_json


def prove_command(as_json: AsJson = False) -> None:
    """Enumerate every way that a query can go and show that nothing above PUBLIC leaves; exits with 1 and the
    counterexample if it can."""
    from lacuna.config import load
    from lacuna.domain.audit_only import refuse_audit_only
    from lacuna.domain.no_exit import prove
    from lacuna.wiring.house import house

    loaded = load()
    refuse_audit_only(loaded.policies)
    configured = house(loaded.settings)
    proof = prove(configured)
    without_effect = loaded.policies.audit_only
    found: list[dict[str, Any]] = [
        {"destination": one.destination, "facts": list(one.facts)} for one in proof.counterexamples
    ]
    if as_json:
        print_json(
            {
                "holds": proof.holds,
                "states": proof.states,
                "evaluated": proof.evaluated,
                "counterexamples": found,
                "audit_only": without_effect,
            }
        )
    else:
        external = sorted(source for source in configured.available if source != "local_rag")
        out.print(f"External back ends configured: {', '.join(external) or 'none'}.")
        for local in configured.local:
            out.print(f"Sees text of every tier: {local.name} ({local.host or 'in this process'}).", markup=False)
        if without_effect:
            names = ", ".join(without_effect)
            out.print(f"Audit-only, without effect: {names}. The proof relies on no rule of policy.", markup=False)
        for one in proof.counterexamples:
            out.print(f"Counterexample: {one.destination}: " + "; ".join(one.facts) + ".", markup=False)
        verdict = "Nothing above PUBLIC can leave" if proof.holds else "NOT PROVED"
        out.print(f"{verdict}: {proof.states:,} states, {proof.evaluated:,} evaluations.")
    if not proof.holds:
        raise typer.Exit(1)
