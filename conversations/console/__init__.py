"""The live desk: the pages where staff see who waits, take over, answer and give back."""
