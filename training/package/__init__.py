"""What a packaged pipeline is made of: the code it carries, its model card, and the wheel."""
