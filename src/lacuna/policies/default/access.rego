# Operations on named data: read, write, join, aggregate, filter, transform, anonymize, delete, query.
#
# Other files of this package add to `deny`, `obligations` and `alternatives`.
package lacuna.access

import rego.v1

rank := {"PUBLIC": 0, "INTERNAL": 1, "PROPRIETARY": 2}

operations := {"read", "write", "export", "join", "aggregate", "filter", "transform", "anonymize", "delete", "query"}

decision := {
	"deny": deny,
	"obligations": obligations,
	"alternatives": alternatives,
	"audit_only": data.settings.audit_only,
}

deny contains {"rule": "unknown_operation", "reason": "policy knows no such operation"} if {
	not input.action in operations
}

deny contains {
	"rule": "clearance",
	"reason": sprintf("%s is above the asker's clearance", [resource.id]),
} if {
	some resource in input.resources
	rank[resource.tier] > rank[input.user.clearance]
}

deny contains {"rule": "unknown_tier", "reason": "a tier is none that policy knows"} if {
	some tier in ({resource.tier | some resource in input.resources} | {input.user.clearance})
	not tier in object.keys(rank)
}

deny contains {
	"rule": "delete_is_for_administrators",
	"reason": "only administrators delete what is above PUBLIC",
} if {
	input.action == "delete"
	some resource in input.resources
	resource.tier != "PUBLIC"
	not "admin" in input.user.roles
}

obligations contains {
	"kind": "approval",
	"groups": data.settings.approvers,
	"hours": 24,
	"rule": "approval_operations",
	"reason": "the organisation lists this operation for approval",
} if {
	input.action in data.settings.approval_operations
}

alternatives contains {
	"operation": "aggregate",
	"rule": "aggregate_instead",
	"reason": "an aggregate may be readable where the rows are not",
} if {
	input.action in {"read", "export", "join"}
	count(deny) > 0
}

alternatives contains {
	"operation": "anonymize",
	"rule": "anonymize_instead",
	"reason": "the anonymised data may be readable where the data is not",
} if {
	input.action in {"read", "export", "join"}
	count(deny) > 0
}
