"""Grafana dashboards as values, and the JSON that is made of them."""
