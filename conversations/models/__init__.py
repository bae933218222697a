"""The receptionist's rows."""

from conversations.models.console import (
    Attendance,
    CannedReply,
    DeskSettings,
    ModeChange,
    Note,
    PlannedReply,
    SavedView,
    Seen,
    ShiftAcceptance,
    Task,
)
from conversations.models.conversation import Conversation, Event, Handoff, Message
from conversations.models.guest import Guest, Identity
from conversations.models.knowledge import Detail, Fact, Faq, UnansweredQuestion
from conversations.models.photo import RoomPhoto
from conversations.models.push import PushMessage, PushSubscription
from conversations.models.relay import RelayCode, RelayLine, StaffPhone
from conversations.models.wording import Wording

__all__ = [
    "Attendance", "CannedReply", "Conversation", "DeskSettings", "Detail", "Event", "Fact", "Faq", "Guest", "Handoff", "Identity",
    "Message", "ModeChange", "Note", "PlannedReply", "PushMessage", "PushSubscription", "RelayCode", "RelayLine", "RoomPhoto",
    "SavedView", "Seen", "ShiftAcceptance", "StaffPhone", "Task", "UnansweredQuestion", "Wording",
]  # fmt: skip
