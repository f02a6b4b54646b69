import pytest
from tests.web.scene import furnish
from tests.web.job.conftest import Room
pytestmark = pytest.mark.stack
def test_x(room: Room, signed_in):
    ids = furnish(room.queue)
    room.queue.execute("select job_queue_replay(array[%s::bigint])", [ids["failed"]])
    for name, id in ids.items():
        room.get(id)
        for scheme in ("light","dark"):
            page = signed_in("otto", f"/{id}", color_scheme=scheme, viewport={"width":1280,"height":900})
            page.screenshot(path=f"/tmp/shots-job/{name}-{scheme}.png", full_page=True)
        page = signed_in("otto", f"/{id}", viewport={"width":390,"height":800})
        page.screenshot(path=f"/tmp/shots-job/{name}-phone.png", full_page=True)
    page = signed_in("otto", f"/{ids['running']}/cancel", viewport={"width":1280,"height":900})
    page.screenshot(path=f"/tmp/shots-job/cancel-light.png", full_page=True)
