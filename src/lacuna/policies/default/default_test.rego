package lacuna.default_test

import rego.v1

table := {
	"PUBLIC": ["local_rag", "web_search"],
	"INTERNAL": ["local_rag"],
	"PROPRIETARY": [],
}

asked(tier) := {"tier": tier, "requested": ["external_llm", "local_rag", "web_search"], "routing": table, "tags": []}

test_the_table_removes_what_it_does_not_list if {
	found := data.lacuna.routing.remove with input as asked("INTERNAL")
	{each.source | some each in found} == {"external_llm", "web_search"}
}

test_an_empty_row_removes_everything if {
	found := data.lacuna.routing.remove with input as asked("PROPRIETARY")
	count(found) == 3
}

test_a_row_of_the_table_denies_nothing if {
	count(data.lacuna.routing.deny) == 0 with input as asked("PROPRIETARY")
}

test_a_tier_without_a_row_is_denied if {
	count(data.lacuna.routing.deny) == 1 with input as asked("SECRET")
}

test_an_unknown_tier_is_raised if {
	some each in data.lacuna.classification.raise with input as asked("SECRET")
	each.tier == "PROPRIETARY"
}

test_nothing_is_raised_without_need if {
	count(data.lacuna.classification.raise) == 0 with input as asked("INTERNAL")
}

test_listed_tags_are_marked if {
	some each in data.lacuna.classification.tags with input as {"tier": "PUBLIC", "tags": ["HR"]}
		with data.settings.sensitive_tags as ["HR"]
	each.tag == "SENSITIVE"
}

test_a_purpose_is_needed_where_the_organisation_says_so if {
	some each in data.lacuna.routing.obligations with input as asked("PROPRIETARY")
		with data.settings.purpose_tiers as ["PROPRIETARY"]
	each.kind == "require_purpose"
}

person := {"id": "u", "groups": [], "clearance": "INTERNAL", "roles": ["user"]}

secret := {"id": "salaries", "tier": "PROPRIETARY", "tags": [], "columns": []}

minutes := {"id": "minutes", "tier": "INTERNAL", "tags": [], "columns": []}

test_what_is_above_the_clearance_is_denied if {
	some each in data.lacuna.access.deny with input as {"action": "read", "user": person, "resources": [secret]}
	each.rule == "clearance"
}

test_alternatives_come_with_a_denial if {
	count(data.lacuna.access.alternatives) == 2 with input as {"action": "read", "user": person, "resources": [secret]}
}

test_an_operation_that_nobody_knows_is_denied if {
	some each in data.lacuna.access.deny with input as {"action": "EXPORT ", "user": person, "resources": []}
	each.rule == "unknown_operation"
}

test_deleting_is_for_administrators if {
	some each in data.lacuna.access.deny with input as {"action": "delete", "user": person, "resources": [minutes]}
	each.rule == "delete_is_for_administrators"
}

test_only_public_data_leaves if {
	some each in data.lacuna.export.deny with input as {
		"tier": "INTERNAL",
		"resources": [],
		"destination": {"name": "s3", "type": "external", "encrypted": true},
	}
	each.rule == "tier"
}

test_an_export_to_nowhere_is_an_export if {
	count(data.lacuna.export.deny) > 0 with input as {"tier": "INTERNAL", "resources": [], "destination": null}
}

test_public_data_may_leave if {
	count(data.lacuna.export.deny) == 0 with input as {
		"tier": "PUBLIC",
		"resources": [],
		"destination": {"name": "s3", "type": "external", "encrypted": null},
	}
}

test_proprietary_data_moves_with_approval if {
	some each in data.lacuna.export.obligations with input as {
		"tier": "PROPRIETARY",
		"resources": [],
		"destination": {"name": "dw", "type": "internal", "encrypted": true},
	}
	each.kind == "approval"
}

test_retention_comes_from_the_settings if {
	some each in data.lacuna.retention.keep with input as {"tier": "INTERNAL", "resources": []}
		with data.settings.keep_days as {"INTERNAL": 30}
	each.days == 30
}

test_what_is_under_legal_hold_stays if {
	some each in data.lacuna.retention.hold with input as {"tier": "PUBLIC", "resources": [secret]}
		with data.settings.legal_hold as ["salaries"]
	each.rule == "legal_hold"
}

test_nothing_is_split_unless_the_organisation_lists_its_tier if {
	count(data.lacuna.routing.split.deny) == 1 with input as {"tier": "INTERNAL"}
}

test_what_has_no_tier_is_never_split if {
	count(data.lacuna.routing.split.deny) == 1 with input as {"tier": "SECRET"}
		with data.settings.split_tiers as ["SECRET"]
}

test_a_listed_tier_may_be_split if {
	count(data.lacuna.routing.split.deny) == 0 with input as {"tier": "INTERNAL"}
		with data.settings.split_tiers as ["INTERNAL"]
}

test_no_other_tier_may_be_split if {
	count(data.lacuna.routing.split.deny) == 1 with input as {"tier": "PROPRIETARY"}
		with data.settings.split_tiers as ["INTERNAL"]
}
