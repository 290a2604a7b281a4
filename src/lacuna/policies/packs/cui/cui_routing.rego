package lacuna.routing

import rego.v1

remove contains {"source": source, "rule": "cui_inside", "reason": "CUI stays in assessed systems (NIST SP 800-171, 3.1.20)"} if {
	"CUI" in input.tags
	some source in {"web_search", "external_llm"}
}

obligations contains {
	"kind": "require_purpose",
	"purposes": [],
	"rule": "cui_lawful_purpose",
	"reason": "CUI is shared for a lawful government purpose (32 CFR 2002.16)",
} if {
	"CUI" in input.tags
}
