# Financial reporting under the Sarbanes-Oxley Act, sections 302, 404 and 802.
package lacuna.access

import rego.v1

deny contains {
	"rule": "sox_segregation",
	"reason": sprintf("%s is part of the financial records; only the group sox-writers changes it", [resource.id]),
} if {
	input.action in {"write", "transform", "delete"}
	some resource in input.resources
	"SOX" in resource.tags
	not "sox-writers" in input.user.groups
}
