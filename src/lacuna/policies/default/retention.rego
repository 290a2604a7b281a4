# How long things are kept. `keep` is the least time, `delete` the most, `hold` forbids deletion. Days.
#
# Other files of this package add to the three; the longest `keep` and the shortest `delete` count.
package lacuna.retention

import rego.v1

decision := {
	"keep": keep,
	"delete": delete,
	"hold": hold,
	"audit_only": data.settings.audit_only,
}

keep contains {"days": days, "rule": "retention_days", "reason": "the organisation's least time for this tier"} if {
	days := data.settings.keep_days[input.tier]
}

delete contains {"days": days, "rule": "deletion_days", "reason": "the organisation's longest time for this tier"} if {
	days := data.settings.delete_days[input.tier]
}

hold contains {"rule": "legal_hold", "reason": sprintf("%s is under legal hold", [resource.id])} if {
	some resource in input.resources
	resource.id in data.settings.legal_hold
}
