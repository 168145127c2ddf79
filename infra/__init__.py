"""What Earshot runs on: the templates that deploy it and the one-machine stack."""
