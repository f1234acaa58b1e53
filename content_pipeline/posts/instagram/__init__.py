"""The Instagram Graph API: client and error table."""
