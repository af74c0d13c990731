"""A plan is read again, or amended by a dispatch: what that changes in its campaign, and making it so."""

from campaign.revising.applying import apply
from campaign.revising.changes import Applied, Change, Kind, Revision, Sent, What
from campaign.revising.comparing import compare
from campaign.revising.finding import campaign_of

__all__ = ["Applied", "Change", "Kind", "Revision", "Sent", "What", "apply", "campaign_of", "compare"]
