"""What people tell the operator: feedback, questions, surveys; and what the operator tells those who agreed to it."""
