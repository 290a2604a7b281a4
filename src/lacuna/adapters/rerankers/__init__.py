"""Services that judge how well a passage answers a question: one file per protocol."""
