package lacuna.routing

import rego.v1

obligations contains {
	"kind": "require_purpose",
	"purposes": [],
	"rule": "gdpr_purpose",
	"reason": "personal data is processed for a specified purpose (GDPR article 5(1)(b))",
} if {
	"GDPR" in input.tags
}

obligations contains {
	"kind": "approval",
	"groups": ["data-protection"],
	"hours": 24,
	"rule": "gdpr_special_approval",
	"reason": "special categories need an exception under article 9(2)",
} if {
	"GDPR-ART9" in input.tags
}
