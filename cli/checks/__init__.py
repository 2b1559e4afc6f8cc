"""What `tonemark doctor` looks at, one module a part; each gives checks, none prints."""
