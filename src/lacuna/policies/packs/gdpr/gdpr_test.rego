package lacuna.gdpr_test

import rego.v1

asked(tags) := {"tier": "PROPRIETARY", "tags": tags, "requested": [], "routing": {"PROPRIETARY": []}}

test_personal_data_is_tagged if {
	some each in data.lacuna.classification.tags with input as {"tier": "PROPRIETARY", "tags": ["PII"], "findings": {}}
	each.tag == "GDPR"
}

test_special_categories_are_raised if {
	some each in data.lacuna.classification.raise with input as {
		"tier": "INTERNAL",
		"tags": ["PII"],
		"findings": {"PII.HEALTH": 1},
	}
	each.rule == "gdpr_special"
}

test_personal_data_needs_a_purpose if {
	some each in data.lacuna.routing.obligations with input as asked(["GDPR"])
	each.kind == "require_purpose"
}

test_special_categories_need_approval if {
	some each in data.lacuna.routing.obligations with input as asked(["GDPR-ART9"])
	each.kind == "approval"
}

test_other_data_has_no_duty if {
	count(data.lacuna.routing.obligations) == 0 with input as asked(["ORG"])
}

test_personal_data_is_not_sent_abroad if {
	some each in data.lacuna.export.deny with input as {
		"tier": "PUBLIC",
		"resources": [{"id": "staff", "tier": "PUBLIC", "tags": ["GDPR"], "columns": []}],
		"destination": {"name": "elsewhere", "type": "external", "encrypted": true},
	}
	each.rule == "gdpr_transfer"
}
