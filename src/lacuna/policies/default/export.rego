# Data that leaves the house, to a named destination.
#
# Other files of this package add to `deny`, `obligations` and `alternatives`.
package lacuna.export

import rego.v1

internal_kinds := {"internal", "local", "data_warehouse"}

decision := {
	"deny": deny,
	"obligations": obligations,
	"alternatives": alternatives,
	"audit_only": data.settings.audit_only,
}

deny contains {"rule": "tier", "reason": "only PUBLIC data leaves the house"} if {
	not inside
	input.tier != "PUBLIC"
}

deny contains {"rule": "resource_tier", "reason": sprintf("%s is not PUBLIC", [resource.id])} if {
	not inside
	some resource in input.resources
	resource.tier != "PUBLIC"
}

deny contains {"rule": "encryption", "reason": "the destination is not known to be encrypted"} if {
	input.tier != "PUBLIC"
	not input.destination.encrypted == true
}

inside if input.destination.type in internal_kinds

obligations contains {
	"kind": "approval",
	"groups": data.settings.approvers,
	"hours": 24,
	"rule": "proprietary_needs_approval",
	"reason": "PROPRIETARY data moves only with approval",
} if {
	input.tier == "PROPRIETARY"
}

alternatives contains {
	"operation": "anonymize",
	"rule": "anonymize_first",
	"reason": "anonymised data may be PUBLIC",
} if {
	count(deny) > 0
}
