"""What `make deploy` and `make destroy` do in AWS, by boto3 alone (docs/runbook.md)."""
