import pytest
from tests.web.scene import furnish

@pytest.mark.stack
def test_look(queue, signed_in):
    furnish(queue)
    queue.execute("select cron.alter_job(jobid, active := true) from cron.job where jobname='job_queue_worker'")
    queue.execute("select cron.schedule('nightly-report', '0 4 * * 1-5', 'select 1')")
    for name, kw in {"light": {"viewport": {"width": 1280, "height": 900}}, "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}}, "phone": {"viewport": {"width": 390, "height": 844}}}.items():
        page = signed_in("ada", "/cron", **kw)
        page.screenshot(path=f"/tmp/cron-{name}.png", full_page=True)
        page.goto(page.url.replace("/cron", "/queues"))
        page.screenshot(path=f"/tmp/queues-{name}.png", full_page=True)
    queue.execute("select cron.unschedule('nightly-report')")
