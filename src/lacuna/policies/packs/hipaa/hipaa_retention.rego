package lacuna.retention

import rego.v1

keep contains {
	"days": 2192,
	"rule": "hipaa_documentation",
	"reason": "documentation is kept for six years (45 CFR 164.316(b)(2))",
} if {
	some resource in input.resources
	"HIPAA" in resource.tags
}
