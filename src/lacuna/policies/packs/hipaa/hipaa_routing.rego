package lacuna.routing

import rego.v1

is_phi if "HIPAA" in input.tags

obligations contains {
	"kind": "require_purpose",
	"purposes": ["treatment", "payment", "operations"],
	"rule": "hipaa_purpose",
	"reason": "protected health information is used for treatment, payment and operations (45 CFR 164.506)",
} if {
	is_phi
}

obligations contains {
	"kind": "redact",
	"kinds": ["PII"],
	"rule": "hipaa_minimum_necessary",
	"reason": "no more than the minimum necessary is shown (45 CFR 164.502(b))",
} if {
	is_phi
	input.purpose == "operations"
}
