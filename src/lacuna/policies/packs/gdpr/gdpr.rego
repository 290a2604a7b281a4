# Personal data under the GDPR: special categories (article 9), purpose limitation and data minimisation (article 5).
package lacuna.classification

import rego.v1

special_kinds := {"PII.HEALTH", "PII.HEALTH_ID", "PII.BIOMETRIC", "PII.RELIGION", "PII.ETHNICITY"}

is_special if {
	some kind, _ in input.findings
	kind in special_kinds
}

is_personal if "PII" in input.tags

raise contains {
	"tier": "PROPRIETARY",
	"rule": "gdpr_special",
	"reason": "data of a special category (GDPR article 9)",
} if {
	is_special
}

tags contains {"tag": "GDPR", "rule": "gdpr_personal", "reason": "personal data (GDPR article 4(1))"} if is_personal

tags contains {"tag": "GDPR-ART9", "rule": "gdpr_special", "reason": "special category (GDPR article 9)"} if is_special
