"""What people agreed to, word by word, and what is owed to them."""
