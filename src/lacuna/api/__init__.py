"""The native REST surface under /api/v1: one file for each resource, its request and response models beside it."""
