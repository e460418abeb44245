"""Hokusai's model events, for Python.

``hokusai_model_events.registry`` registers models: events, the outbox, the relay (extra ``registry``).
``hokusai_model_events.consumer`` consumes messages from the queues in Redis (extra ``consumer``).
"""
