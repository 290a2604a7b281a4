package lacuna.pci_dss_test

import rego.v1

test_a_card_number_is_cardholder_data if {
	some each in data.lacuna.classification.tags with input as {
		"tier": "INTERNAL",
		"tags": ["PII"],
		"findings": {"PII.CREDIT_CARD": 2},
	}
	each.tag == "PCI-DSS"
}

test_no_card_no_tag if {
	count(data.lacuna.classification.tags) == 0 with input as {"tier": "INTERNAL", "tags": [], "findings": {}}
}

test_card_numbers_are_masked if {
	some each in data.lacuna.routing.obligations with input as {
		"tier": "PROPRIETARY",
		"tags": ["PCI-DSS"],
		"requested": [],
		"routing": {"PROPRIETARY": []},
	}
	each.kind == "redact"
	each.kinds == ["PII.CREDIT_CARD"]
}

test_card_data_travels_encrypted if {
	some each in data.lacuna.export.deny with input as {
		"tier": "PROPRIETARY",
		"resources": [{"id": "orders", "tier": "PROPRIETARY", "tags": ["PCI-DSS"], "columns": []}],
		"destination": {"name": "bucket", "type": "internal", "encrypted": false},
	}
	each.rule == "pci_open_networks"
}

test_track_data_is_cardholder_data if {
	some each in data.lacuna.classification.tags with input as {
		"tier": "PROPRIETARY",
		"tags": ["PCI"],
		"findings": {"PCI.TRACK": 1},
	}
	each.tag == "PCI-DSS"
}

test_a_masked_number_is_none if {
	count(data.lacuna.classification.tags) == 0 with input as {"tier": "INTERNAL", "tags": ["PCI"], "findings": {"PCI.MASKED": 1}}
}
