"""What learns while people label: from which answers, when, and what it finds likely."""
