"""What people type: read by one function for each kind of thing, and compared by one key."""
