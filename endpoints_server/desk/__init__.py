"""What people manage, each use case written once for pages, management API and command line."""
