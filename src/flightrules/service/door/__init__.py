"""The manners of the REST door: refusals as problems, idempotency keys, paging, entity tags."""
