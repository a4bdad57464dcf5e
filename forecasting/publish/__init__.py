"""Reports rendered, in batches and on schedule, signed off and published."""
