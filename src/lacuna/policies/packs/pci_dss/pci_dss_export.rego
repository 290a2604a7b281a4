package lacuna.export

import rego.v1

deny contains {
	"rule": "pci_open_networks",
	"reason": sprintf("%s holds cardholder data, which travels encrypted only (PCI DSS 4.2)", [resource.id]),
} if {
	some resource in input.resources
	"PCI-DSS" in resource.tags
	not input.destination.encrypted == true
}
