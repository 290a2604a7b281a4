# Defence articles and technical data under ITAR (22 CFR 120-130): for US persons, inside the house.
#
# Data is marked by the tag ITAR, or belongs to a project of `data.settings.itar_projects`; US persons are the members of
# the group us-persons.
package lacuna.routing

import rego.v1

is_itar if "ITAR" in input.tags

deny contains {
	"rule": "itar_us_persons",
	"reason": "technical data is for US persons only (22 CFR 120.50)",
} if {
	is_itar
	not "us-persons" in input.user.groups
}

remove contains {"source": source, "rule": "itar_inside", "reason": "technical data stays in the house (22 CFR 120.54)"} if {
	is_itar
	some source in {"web_search", "external_llm"}
}

obligations contains {
	"kind": "approved_models_only",
	"rule": "itar_models",
	"reason": "technical data is handled by approved models only",
} if {
	is_itar
}
