"""The settings of who gets in: credentials, groups, tenants."""

from typing import Annotated, Literal

from pydantic import Field

from lacuna.config.section import Section
from lacuna.config.values import (
    Header,
    Names,
    Networks,
    Number,
    Pairs,
    TenantName,
    TenantNames,
    Text,
    Token,
    UpperText,
    WebAddress,
    Whole,
)


class OidcSettings(Section):
    """Bearer tokens of an OpenID provider. Off until an issuer is named."""

    issuer: WebAddress | None = Field(None, description="Issuer, as its discovery document says; empty: off.")
    audience: Names = Field((), description="Audiences that a token must have one of; wanted with an issuer.")
    jwks_url: WebAddress | None = Field(None, description="Address of its keys; empty: as discovered.")
    user_claim: Text = Field("sub", min_length=1, description="Claim with the user id.")
    tenant_claim: Text = Field("tenant", min_length=1, description="Claim with the tenant, where there are tenants.")
    groups_claim: Text = Field("groups", min_length=1, description="Claim with the groups; dots lead into objects.")
    group_map: Pairs = Field(
        (), description="`theirs=ours` for each group that counts; empty: all count, under the provider's names."
    )
    clock_skew_s: Annotated[Number, Field(ge=0, le=300)] = Field(
        60.0, description="Seconds by which the clocks may differ."
    )


TierName = Annotated[Literal["PUBLIC", "INTERNAL", "PROPRIETARY"], UpperText]


class AuthSettings(Section):
    """Who may ask. Identity headers count only from `trusted_proxies`."""

    api_key: Token | None = Field(None, description="Bootstrap key of the first administrator; replace it soon.")
    trusted_proxies: Networks = Field((), description="Addresses or networks whose identity headers count.")
    user_header: Header = Field("X-User", description="Header with the user id.")
    email_header: Header = Field("X-Email", description="Header with the e-mail address.")
    groups_header: Header = Field("X-Groups", description="Header with the groups, comma-separated.")
    name_header: Header = Field("X-Name", description="Header with the display name.")
    proxy_secret: Token | None = Field(None, description="Secret that a trusted proxy must send along; empty: none.")
    proxy_secret_header: Header = Field("X-Proxy-Secret", description="Header with that secret.")
    oidc: OidcSettings = Field(default_factory=OidcSettings)
    admin_group: Text = Field("lacuna-admins", min_length=1, description="Group whose members are administrators.")
    steward_group: Text = Field("lacuna-stewards", description="Group whose members are stewards; empty: none.")
    auditor_group: Text = Field("lacuna-auditors", description="Group whose members are auditors; empty: none.")
    text_reader_group: Text = Field("", description="Group whose members may read stored text of others; empty: none.")
    clearance: TierName = Field("INTERNAL", description="Highest tier that everybody who signs in may read.")
    internal_groups: Names = Field((), description="Groups whose members may read INTERNAL, whatever `clearance` is.")
    proprietary_groups: Names = Field((), description="Groups whose members may read PROPRIETARY.")
    refusals_per_minute: Annotated[Whole, Field(ge=1, le=10_000)] = Field(
        20, description="Wrong credentials from one address before its refusals are slowed down."
    )


class TenancySettings(Section):
    """Tenants that share the process and nothing else."""

    tenants: TenantNames = Field((), description="Tenants; empty: the installation is one organisation's.")
    tenant: TenantName | None = Field(None, description="The tenant that a command or a server is for.")
    header: Header = Field("X-Tenant", description="Header in which a trusted proxy names the tenant.")
