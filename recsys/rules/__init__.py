"""What merchandisers want of the lists: rules, the versions they were published in, and where they disagree."""
