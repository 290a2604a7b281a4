"""What every HTTP surface shares: who asks, limits, headers, and the one table of errors."""
