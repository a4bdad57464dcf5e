"""What people read: pages, figures, and the notebooks that make them."""
