# What a question is, beyond what the layers found. Rules may raise a tier and add tags; nothing lowers.
#
# Other files of this package add to `raise` and `tags`.
package lacuna.classification

import rego.v1

tiers := {"PUBLIC", "INTERNAL", "PROPRIETARY"}

decision := {
	"raise": raise,
	"tags": tags,
	"audit_only": data.settings.audit_only,
}

raise contains {
	"tier": "PROPRIETARY",
	"rule": "unknown_tier",
	"reason": "the tier is none that policy knows",
} if {
	not input.tier in tiers
}

# A tag "SENSITIVE.x" may be named in a data file: {"sensitive_tags": ["HR", "BOARD"]}.
tags contains {
	"tag": "SENSITIVE",
	"rule": "sensitive_tags",
	"reason": "the organisation lists one of the tags as sensitive",
} if {
	some tag in input.tags
	tag in data.settings.sensitive_tags
}
