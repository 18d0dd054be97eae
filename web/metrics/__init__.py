"""/metrics: what Prometheus is told of the site; see docs/monitor.md."""
