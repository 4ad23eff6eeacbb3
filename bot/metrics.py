"""What whoever runs the machines may count: no person, no text, only accounts and outcomes."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

# answered, forged, malformed, late
CALLBACKS: Final = Counter("kdb_callbacks", "Callbacks by account and outcome", ["account", "outcome"])
# launched, skipped
OCCURRENCES: Final = Counter("kdb_occurrences", "Occurrences by what became of them", ["outcome"])
# accepted, or the verdict of the refusal
SHIPMENTS: Final = Counter("kdb_shipments", "Calls by account and verdict", ["account", "verdict"])
