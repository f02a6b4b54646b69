"""A worker as a process of its own, for tests that kill it: python claimer.py <name> <batch>.

Reads the database URL from standard input; prints ``<job id> <lease id>`` once for each completion
that was accepted, and ends when nothing is left to claim.
"""

from __future__ import annotations

import sys

from supaops.db.connect import connect


def main(name: str, batch: int) -> None:
    """Claim and complete until the queue is empty."""
    with connect(sys.stdin.readline().strip(), application_name=name) as db:
        while rows := db.execute(
            "select id, lease_id from job_queue_claim(%s, %s, lease => '2 seconds')", [batch, name]
        ).fetchall():
            for row in rows:
                answer = db.execute(
                    "select job_queue_mark_succeeded(%s, %s) as accepted",
                    [row["id"], row["lease_id"]],
                ).fetchone()
                if answer and answer["accepted"]:
                    sys.stdout.write(f"{row['id']} {row['lease_id']}\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
