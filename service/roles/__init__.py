"""Joining the parts of a service on Kafka: one role a process, any number of each.

    intake   topics -> log            needs the brokers and the key of customers, no database
    door     HTTP -> doors' topic     where events come over HTTP, too
    engine   log -> database          a Faust worker; shards are dealt out among them
    desk     database -> people       the courier, the lists and the API

What is one process on one machine (service.bootstrap) is cut where frozen values cross already, so no
part below knows in which of the two it runs.  Each role is a file of its own and imports no other: how
soon a killed worker is back is, most of all, what it has to load.
"""
