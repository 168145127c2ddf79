"""The packaged template, deployed to an emulator of AWS on this machine: `make test-stack`."""
