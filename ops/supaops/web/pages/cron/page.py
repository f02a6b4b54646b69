"""The page of the cron jobs."""

from __future__ import annotations

from starlette.responses import Response

from supaops.db.pages.cron import read_board
from supaops.plan.cron import cron_changes
from supaops.web.pages.cron.view import cards, foreign, troubles
from supaops.web.refused_form import RefusedForm
from supaops.web.visit import Visit


def show(visit: Visit) -> Response:
    """Return the page."""
    return page(visit)


def page(visit: Visit, refused: RefusedForm | None = None, *, status: int = 200) -> Response:
    """Return the page, with a form that was not carried out."""
    config = visit.site.config
    with visit.reading() as conn:
        board = read_board(conn, config)
    changes = cron_changes(visit.site.desired, board.state)
    shown = cards(config, board, changes, visit.site.clock())
    return visit.page(
        "pages/cron.html.j2",
        status=status,
        cards=shown,
        is_beside=refused is not None and any(refused.form in card.forms for card in shown),
        foreign=foreign(board, changes),
        troubles=tuple(troubles(board.scheduler, config.environment)),
        scheduler=board.scheduler,
        refused=refused,
    )
