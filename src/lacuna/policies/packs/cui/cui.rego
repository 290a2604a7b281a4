# Controlled unclassified information (32 CFR 2002; NIST SP 800-171): marked by the tag CUI, or of
# a project of `data.settings.cui_projects`.
package lacuna.classification

import rego.v1

is_cui if input.project in data.settings.cui_projects

is_cui if "CUI" in input.tags

raise contains {"tier": "PROPRIETARY", "rule": "cui_marked", "reason": "marked as controlled unclassified information"} if {
	is_cui
}

tags contains {"tag": "CUI", "rule": "cui_marked", "reason": "marked as controlled unclassified information"} if is_cui
