package lacuna.itar_test

import rego.v1

asked(groups) := {
	"tier": "PROPRIETARY",
	"tags": ["ITAR"],
	"user": {"id": "u", "groups": groups, "clearance": "PROPRIETARY", "roles": ["user"]},
	"requested": ["local_rag"],
	"routing": {"PROPRIETARY": ["local_rag"]},
}

test_others_are_denied if {
	some each in data.lacuna.routing.deny with input as asked(["engineering"])
	each.rule == "itar_us_persons"
}

test_us_persons_are_not if {
	count(data.lacuna.routing.deny) == 0 with input as asked(["us-persons"])
}

test_nothing_outside if {
	found := data.lacuna.routing.remove with input as asked(["us-persons"])
	{each.source | some each in found} == {"web_search", "external_llm"}
}

test_a_listed_project_raises if {
	some each in data.lacuna.classification.raise with input as {"tier": "INTERNAL", "tags": [], "project": "lance"}
		with data.settings.itar_projects as ["lance"]
	each.tier == "PROPRIETARY"
}

test_export_needs_a_licence if {
	some each in data.lacuna.export.deny with input as {
		"tier": "PROPRIETARY",
		"resources": [{"id": "drawing", "tier": "PROPRIETARY", "tags": ["ITAR"], "columns": []}],
		"destination": {"name": "dw", "type": "internal", "encrypted": true},
	}
	each.rule == "itar_export"
}
