# Health data under HIPAA (45 CFR 164): the Privacy Rule's minimum necessary standard as far as a gateway can keep it.
package lacuna.classification

import rego.v1

health_kinds := {"PII.HEALTH", "PII.HEALTH_ID", "PII.MEDICAL", "PII.MEDICAL_RECORD"}

identifier_kinds := {"PII.PERSON", "PII.EMAIL", "PII.PHONE", "PII.SSN", "PII.DOB", "PII.ADDRESS", "PII.HEALTH_ID"}

is_health if {
	some kind, _ in input.findings
	kind in health_kinds
}

is_health if "HEALTH" in input.tags

# What the recogniser pack healthcare finds is one person's by itself.
is_health if is_of_healthcare_pack

is_identified if is_of_healthcare_pack

is_of_healthcare_pack if {
	some kind, _ in input.findings
	startswith(kind, "PHI.")
}

is_identified if {
	some kind, _ in input.findings
	kind in identifier_kinds
}

raise contains {
	"tier": "PROPRIETARY",
	"rule": "hipaa_phi",
	"reason": "health data with an identifier is protected health information (45 CFR 160.103)",
} if {
	is_health
	is_identified
}

tags contains {"tag": "HIPAA", "rule": "hipaa_phi", "reason": "protected health information"} if {
	is_health
	is_identified
}
