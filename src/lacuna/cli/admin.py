"""`lacuna admin`: what administrators keep."""

import typer

from lacuna.cli.api_keys import apikey_app
from lacuna.cli.approvals import approvals_app
from lacuna.cli.overrides import overrides_app
from lacuna.cli.policy import admin_policy_app
from lacuna.cli.terms import terms_app
from lacuna.cli.users import users_app
from lacuna.domain.terms import TermList

admin_app = typer.Typer(
    no_args_is_help=True, help="What administrators keep: the organisation's own words, overrides, policies, API keys."
)
admin_app.add_typer(terms_app(TermList.INTERNAL_TERMS, "internal terms"), name="terms")
admin_app.add_typer(terms_app(TermList.PROJECTS, "projects"), name="projects")
admin_app.add_typer(terms_app(TermList.CUSTOMERS, "customers"), name="customers")
admin_app.add_typer(overrides_app, name="overrides")
admin_app.add_typer(admin_policy_app, name="policy")
admin_app.add_typer(approvals_app, name="approvals")
admin_app.add_typer(apikey_app, name="apikey")
admin_app.add_typer(users_app, name="users")
