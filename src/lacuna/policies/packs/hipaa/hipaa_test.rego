package lacuna.hipaa_test

import rego.v1

table := {"PUBLIC": ["local_rag"], "INTERNAL": ["local_rag"], "PROPRIETARY": ["local_rag"]}

test_health_data_with_a_name_is_protected if {
	some each in data.lacuna.classification.raise with input as {
		"tier": "INTERNAL",
		"tags": ["PII"],
		"findings": {"PII.HEALTH_ID": 1},
	}
	each.rule == "hipaa_phi"
}

test_an_address_alone_is_no_health_data if {
	count(data.lacuna.classification.raise) == 0 with input as {
		"tier": "INTERNAL",
		"tags": ["PII"],
		"findings": {"PII.ADDRESS": 1},
	}
}

test_protected_data_needs_a_purpose if {
	some each in data.lacuna.routing.obligations with input as {
		"tier": "PROPRIETARY",
		"tags": ["HIPAA"],
		"purpose": null,
		"requested": ["local_rag"],
		"routing": table,
	}
	each.kind == "require_purpose"
}

test_operations_see_no_identifiers if {
	some each in data.lacuna.routing.obligations with input as {
		"tier": "PROPRIETARY",
		"tags": ["HIPAA"],
		"purpose": "operations",
		"requested": ["local_rag"],
		"routing": table,
	}
	each.kind == "redact"
}

test_documentation_is_kept_for_six_years if {
	some each in data.lacuna.retention.keep with input as {
		"tier": "PROPRIETARY",
		"resources": [{"id": "visit", "tier": "PROPRIETARY", "tags": ["HIPAA"], "columns": []}],
	}
	each.days == 2192
}

test_what_the_healthcare_pack_finds_is_health_information if {
	some each in data.lacuna.classification.tags with input as {
		"tier": "PROPRIETARY",
		"tags": ["PHI"],
		"findings": {"PHI.MEDICATION": 1},
	}
	each.tag == "HIPAA"
}
