"""Hokusai's model events, for Python.

``hokusai_model_events.registry`` is for whoever registers models: events, the outbox, the relay (extra ``registry``).
``hokusai_model_events.consumer`` is for whoever acts on them: consumers of the queues in Redis (extra ``consumer``).
"""
