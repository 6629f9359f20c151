"""What a client learns of an account's limits, stored between syncs for the next one to start with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.limits import DailyBudget, Tier

PAGE_SIZES_HOLD: Final = timedelta(days=30)
"""Age from which a larger page is tried again: what Zoom takes has grown before (300, then 2,000 users)."""


@dataclass(slots=True)
class LearntLimits:
    """The rate limits' tier, page sizes, and the use of the daily limit. No secret and nobody's data."""

    tier: Tier | None = None
    page_sizes: dict[str, int] = field(default_factory=dict)
    """The page size that worked, by `Endpoint.page_size_key`, where the largest did not."""
    page_sizes_since: date | None = None
    budget: DailyBudget = field(default_factory=DailyBudget)

    def set_page_size(self, key: str, size: int, today: date) -> bool:
        """Keep `size` for `key`; True when that is a change."""
        if self.page_sizes.get(key) == size:
            return False
        self.page_sizes[key] = size
        self.page_sizes_since = self.page_sizes_since or today
        return True

    def dumps(self) -> str:
        """As JSON, for `loads`."""
        since = self.page_sizes_since
        return json.dumps(
            {
                "tier": self.tier.name if self.tier else None,
                "page_sizes": self.page_sizes,
                "page_sizes_since": since.isoformat() if since else None,
                "day": self.budget.day.isoformat(),
                "used": {label.value: count for label, count in self.budget.counts.items()},
            }
        )

    @classmethod
    def loads(cls, text: str | None, now: datetime) -> LearntLimits:
        """Read what `dumps` wrote; empty when there is none or it cannot be read. Page sizes expire."""
        try:
            told = json.loads(text or "null")
            learnt = cls(
                tier=Tier[told["tier"]] if told["tier"] else None,
                budget=DailyBudget(
                    date.fromisoformat(told["day"]), {Label(name): int(n) for name, n in told["used"].items()}
                ),
            )
            since = date.fromisoformat(told["page_sizes_since"]) if told["page_sizes_since"] else None
            if since is not None and timedelta(0) <= now.date() - since < PAGE_SIZES_HOLD:
                learnt.page_sizes = {str(name): int(size) for name, size in told["page_sizes"].items()}
                learnt.page_sizes_since = since
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return cls()
        return learnt
