package lacuna.export

import rego.v1

deny contains {
	"rule": "gdpr_transfer",
	"reason": sprintf("%s holds personal data; a transfer needs a legal basis (GDPR article 44)", [resource.id]),
} if {
	some resource in input.resources
	"GDPR" in resource.tags
	not input.destination.type in {"internal", "local", "data_warehouse"}
}
