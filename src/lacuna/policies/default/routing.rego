# Where an answer may come from. Rules may deny, remove sources and add obligations; nothing adds a source.
#
# Other files of this package add to `deny`, `remove` and `obligations`.
package lacuna.routing

import rego.v1

decision := {
	"deny": deny,
	"remove": remove,
	"obligations": obligations,
	"audit_only": data.settings.audit_only,
}

deny contains {"rule": "unknown_tier", "reason": "the routing table has no row for this tier"} if {
	not input.routing[input.tier]
}

# The routing table of the configuration, as a rule. lacuna.domain.routing applies it once more.
remove contains {
	"source": source,
	"rule": "routing_table",
	"reason": "not in the routing table for this tier",
} if {
	some source in input.requested
	not source in input.routing[input.tier]
}

obligations contains {
	"kind": "require_purpose",
	"purposes": data.settings.purposes,
	"rule": "purposes",
	"reason": "questions of this tier need a stated purpose",
} if {
	input.tier in data.settings.purpose_tiers
}
