"""What people stage and show to each other: links, alive as long as the tab that staged them."""
