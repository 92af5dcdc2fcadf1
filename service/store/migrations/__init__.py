"""The steps by which a database becomes what this version needs; run by service.store.migrate."""
