"""Who may come in, what they may do, and that a request is really theirs."""
