"""What people have sent by forms, and news to those who agreed, for the operator."""
