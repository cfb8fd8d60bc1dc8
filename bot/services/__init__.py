"""The worker threads and their queues: asking, editing."""
