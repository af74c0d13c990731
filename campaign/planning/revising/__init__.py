"""A plan is read again, or amended by a dispatch: what that changes in its campaign, and making it so."""

from campaign.planning.revising.applying import apply
from campaign.planning.revising.changes import Applied, Change, Kind, Revision, Sent, What
from campaign.planning.revising.comparing import compare
from campaign.planning.revising.finding import campaign_of

__all__ = ["Applied", "Change", "Kind", "Revision", "Sent", "What", "apply", "campaign_of", "compare"]
