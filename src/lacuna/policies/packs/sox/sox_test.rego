package lacuna.sox_test

import rego.v1

ledger := {"id": "ledger", "tier": "INTERNAL", "tags": ["SOX"], "columns": []}

analyst := {"id": "ann", "groups": ["finance"], "clearance": "PROPRIETARY", "roles": ["user"]}

writer := {"id": "wes", "groups": ["finance", "sox-writers"], "clearance": "PROPRIETARY", "roles": ["user"]}

test_financial_records_are_changed_by_few if {
	some each in data.lacuna.access.deny with input as {"action": "write", "user": analyst, "resources": [ledger]}
	each.rule == "sox_segregation"
}

test_the_few_may if {
	count(data.lacuna.access.deny) == 0 with input as {"action": "write", "user": writer, "resources": [ledger]}
}

test_everybody_cleared_may_read if {
	count(data.lacuna.access.deny) == 0 with input as {"action": "read", "user": analyst, "resources": [ledger]}
}

test_records_are_kept_for_seven_years if {
	some each in data.lacuna.retention.keep with input as {"tier": "INTERNAL", "resources": [ledger]}
	each.days == 2557
}
