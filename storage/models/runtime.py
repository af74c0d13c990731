"""What the running program itself must remember."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import moment


class ClockAnchor(SQLModel, table=True):
    """The fast clock of the demo: it showed ``shown`` when the wall showed ``wall``. It stands still while
    nothing runs.
    """

    __tablename__ = "clock_anchor"

    id: int = Field(default=1, primary_key=True)
    shown: datetime = moment()
    wall: datetime = moment()
    speed: float
