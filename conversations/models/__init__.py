"""The receptionist's rows."""

from conversations.models.console import Attendance, CannedReply, DeskSettings, ModeChange, Note, PlannedReply, Seen, ShiftAcceptance, Task
from conversations.models.conversation import Conversation, Event, Handoff, Message
from conversations.models.guest import Guest, Identity
from conversations.models.knowledge import Fact, Faq, UnansweredQuestion

__all__ = [
    "Attendance", "CannedReply", "Conversation", "DeskSettings", "Event", "Fact", "Faq", "Guest", "Handoff", "Identity",
    "Message", "ModeChange", "Note", "PlannedReply", "Seen", "ShiftAcceptance", "Task", "UnansweredQuestion",
]  # fmt: skip
