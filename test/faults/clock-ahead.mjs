// Loaded before an action: its clock is an hour ahead of everybody else's.
const now = Date.now
Date.now = () => now() + 3_600_000
