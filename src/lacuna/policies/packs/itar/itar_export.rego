package lacuna.export

import rego.v1

deny contains {
	"rule": "itar_export",
	"reason": sprintf("%s is technical data; its export needs a licence (22 CFR 123.1)", [resource.id]),
} if {
	some resource in input.resources
	"ITAR" in resource.tags
}
