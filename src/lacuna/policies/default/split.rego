# Whether a general question may be derived from one above PUBLIC, and be searched for outside: input is about the
# question itself. Nothing is derived where this package is missing, or `split_view.enabled` is not set.
#
# Other files of this package add to `deny`. Tiers that may be split are listed in a data file:
# {"split_tiers": ["INTERNAL"]}.
package lacuna.routing.split

import rego.v1

tiers := {"PUBLIC", "INTERNAL", "PROPRIETARY"}

decision := {
	"deny": deny,
	"audit_only": data.settings.audit_only,
}

deny contains {"rule": "unknown_tier", "reason": "the tier is none that policy knows"} if {
	not input.tier in tiers
}

deny contains {"rule": "tier_not_listed", "reason": "the organisation does not list this tier to be split"} if {
	not input.tier in data.settings.split_tiers
}
