"""The models of a project as folders, and the process that makes one."""
