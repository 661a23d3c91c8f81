"""The client of a tenant's management API: what is registered there, offers, findings."""
