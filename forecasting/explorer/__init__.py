"""The analyst's room: one question and its answer, widgets over it, and a form for a case of one's own."""
