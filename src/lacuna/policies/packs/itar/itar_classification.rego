package lacuna.classification

import rego.v1

raise contains {"tier": "PROPRIETARY", "rule": "itar_project", "reason": "the project handles technical data"} if {
	input.project in data.settings.itar_projects
}

tags contains {"tag": "ITAR", "rule": "itar_project", "reason": "the project handles technical data"} if {
	input.project in data.settings.itar_projects
}
