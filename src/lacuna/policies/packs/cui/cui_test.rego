package lacuna.cui_test

import rego.v1

test_a_listed_project_raises if {
	some each in data.lacuna.classification.raise with input as {"tier": "INTERNAL", "tags": [], "project": "lance"}
		with data.settings.cui_projects as ["lance"]
	each.tier == "PROPRIETARY"
}

test_it_stays_inside_and_needs_a_purpose if {
	some removed in data.lacuna.routing.remove with input as {
		"tier": "PROPRIETARY",
		"tags": ["CUI"],
		"requested": [],
		"routing": {"PROPRIETARY": []},
	}
	removed.rule == "cui_inside"
	some duty in data.lacuna.routing.obligations with input as {
		"tier": "PROPRIETARY",
		"tags": ["CUI"],
		"requested": [],
		"routing": {"PROPRIETARY": []},
	}
	duty.kind == "require_purpose"
}
