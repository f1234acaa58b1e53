"""The calendar of an account: which idea goes to which slot of the next seven days, why, and how it is shown."""
