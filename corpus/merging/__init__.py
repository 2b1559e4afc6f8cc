"""Projects put together into a new one."""
