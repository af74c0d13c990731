"""The table of units that an office keeps in Excel, brought into the tree; doing it again changes nothing."""

from campaign.organisation.unit_import.importing import ImportResult, import_units
from campaign.organisation.unit_import.rows import RowProblem
from campaign.organisation.unit_import.tables import UnreadableTable

__all__ = ["ImportResult", "RowProblem", "UnreadableTable", "import_units"]
