"""The loop itself: pushes, duties, reminders, submissions, reviews, coverage."""
