"""Find secrets where none may stand: files, rendered SQL, cron jobs and their history."""

from supaops.scan.leak import Leak, Scan, Source
from supaops.scan.run import Request, run_scan

__all__ = ["Leak", "Request", "Scan", "Source", "run_scan"]
