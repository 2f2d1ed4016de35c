"""Durable jobs: rows are the queue, workers lease them, the key makes each unique.

| state | what happens | next |
|---|---|---|
| – | enqueue | queued |
| queued | a worker leases it | running |
| running | heartbeat | running, lease longer |
| running | its lease ends (the worker died) | leased again by another worker, at most 5 times |
| running | done | done |
| running | fails | queued a while later, after 5 tries failed |

A job is many short transactions and must be safe to run again from its start.
"""

from __future__ import annotations

from portal.jobs.queries import JobView, find_job, job_by_key, last_heartbeat, newest_job
from portal.jobs.queue import enqueue
from portal.jobs.run import MAX_ATTEMPTS, JobRun, LeasedJob, Verb, lease_job, note_heartbeat, run_job

__all__ = [
    "MAX_ATTEMPTS",
    "JobRun",
    "JobView",
    "LeasedJob",
    "Verb",
    "enqueue",
    "find_job",
    "job_by_key",
    "last_heartbeat",
    "lease_job",
    "newest_job",
    "note_heartbeat",
    "run_job",
]
