package lacuna.retention

import rego.v1

keep contains {
	"days": 2557,
	"rule": "sox_records",
	"reason": "audit records are kept for seven years (17 CFR 210.2-06)",
} if {
	some resource in input.resources
	"SOX" in resource.tags
}
