"""The ports on a relational database: SQLAlchemy Core statements, one file for each noun."""
