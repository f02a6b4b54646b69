"""The page of the queues."""

from __future__ import annotations

from starlette.responses import Response

from supaops.db.pages.queues import read_queues
from supaops.web.pages.queues.view import cards, may_end, stops
from supaops.web.refused_form import RefusedForm
from supaops.web.visit import Visit


def show(visit: Visit) -> Response:
    """Return the page."""
    return page(visit)


def page(visit: Visit, refused: RefusedForm | None = None, *, status: int = 200) -> Response:
    """Return the page, with a form that was not carried out."""
    config = visit.site.config
    with visit.reading() as conn:
        board = read_queues(conn, config)
    shown = cards(config, board)
    forms = {"pause *", *(f"pause {card.name}" for card in shown if not card.is_paused)}
    forms |= {f"resume {each.queue} {each.task_type} {each.how}" for each in board.pauses}
    return visit.page(
        "pages/queues.html.j2",
        status=status,
        cards=shown,
        stops={each.name: stops(config, board.pauses, each.name) for each in shown},
        whole=stops(config, board.pauses, "*"),
        may_end=may_end,
        refused=refused,
        is_beside=refused is not None and refused.form in forms,
    )
