"""Staff answer guests from their own WhatsApp: told there of who waits, and what they write there reaches that guest or nobody."""
