"""Notifications of browsers whose desk is closed (Web Push): a person turns them on at the desk, per browser."""
