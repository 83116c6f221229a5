# SPDX-License-Identifier: MIT
"""RQ: a job that fails. The worker forks a process for each job."""

import os

from redis import Redis
from rq import Queue, Worker

import flawless
from flawless.integrations.rq import report

PRICES = {"tea": 3}


def order(drink):
    return PRICES[drink]  # reported


def main():
    flawless.init()
    redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))
    queue = Queue("orders", connection=redis)
    job = queue.enqueue("rq_jobs.order", "coffee")
    Worker([queue], connection=redis, exception_handlers=[report]).work(burst=True)
    print(job.get_status())


if __name__ == "__main__":
    main()
