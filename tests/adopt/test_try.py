from tests.adopt.conftest import *
from supaops.report.import_text import discovery_lines, imported_lines
from supaops.apply import Options
from supaops.plan import read_plan
from supaops.report.plan_text import plan_lines
import pytest
def test_x(by_hand, db):
    w = by_hand.wanted(What.ALL)
    f = by_hand.discover(w)
    for l in discovery_lines(f): print(l.plain)
    d = by_hand.carry_out(w)
    for l in imported_lines(f, d): print(l.plain)
    for r in db.execute('select * from public.job_queue order by id'): print(r)
    print(db.execute('select * from supaops.lane').fetchall(), db.execute('select * from supaops.tally').fetchall())
    print(db.execute("select public.job_queue_enqueue('game_platform_sync')").fetchall())
    p=by_hand.project.plan(db)
    for l in plan_lines(p): print(l.plain)
    by_hand.project.apply(db, Options(force=True))
    assert by_hand.project.plan(db).pending == []
    print(db.execute("select * from public.job_queue_claim(10)").fetchall())
