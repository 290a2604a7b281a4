package lacuna.routing

import rego.v1

obligations contains {
	"kind": "redact",
	"kinds": ["PII.CREDIT_CARD"],
	"rule": "pci_mask_pan",
	"reason": "card numbers are masked when displayed (PCI DSS 3.4)",
} if {
	"PCI-DSS" in input.tags
}

obligations contains {
	"kind": "approved_models_only",
	"rule": "pci_models",
	"reason": "cardholder data stays within assessed systems (PCI DSS 12.8)",
} if {
	"PCI-DSS" in input.tags
}
