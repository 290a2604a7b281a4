# Cardholder data under PCI DSS 4.0, requirements 3 and 4.
package lacuna.classification

import rego.v1

has_card if {
	some kind, _ in input.findings
	kind == "PII.CREDIT_CARD"
}

# The recogniser pack finance: track data, verification values, PINs; a masked number is none (requirement 3.4).
has_card if {
	some kind, _ in input.findings
	startswith(kind, "PCI.")
	kind != "PCI.MASKED"
}

raise contains {
	"tier": "PROPRIETARY",
	"rule": "pci_pan",
	"reason": "a card number is cardholder data (PCI DSS 3)",
} if {
	has_card
}

tags contains {"tag": "PCI-DSS", "rule": "pci_pan", "reason": "cardholder data"} if has_card
