"""The receptionist's rows."""

from conversations.models.conversation import Conversation, Event, Handoff, Message
from conversations.models.guest import Guest, Identity
from conversations.models.knowledge import Fact, Faq, UnansweredQuestion

__all__ = ["Conversation", "Event", "Fact", "Faq", "Guest", "Handoff", "Identity", "Message", "UnansweredQuestion"]
