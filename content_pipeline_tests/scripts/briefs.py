"""Briefs about given titles, in given shapes, for the tests of what is written from them."""

from content_pipeline.briefs.ideas import make_briefs
from content_pipeline.briefs.records import Archetype, Brief
from content_pipeline.trends.scoring.niche import niche_fit
from content_pipeline_tests.examples import DAY, STAMP, demo, strategy, trend

SANDBOX = [
    "A night-shift nurses trial cut meetings to 40 minutes and kept the focus gains",
    "Why remote teams are booking 52 minutes of deep work before exam week",
    "The distraction cost of infinite scroll, measured over two weeks",
    "Inkwell Notes adds voice capture, and wedding planners are split",
    "The mid-morning energy dip: what bus drivers changed",
    "The envelope budget is back, and new graduates have thoughts",
    "Tiny routines win: cold showers right after the first coffee",
    "Ines Okafor breaks the javelin record by the width of a shoe",
    "Pistachio flatbread is suddenly everywhere, from Lisbon cafes to supermarket shelves",
    "Could blue-light glasses be what is draining your rest? choir singers kept a log",
]


def briefs_about(titles: list[str] = SANDBOX, **changes: object) -> list[Brief]:
    """Return one brief a title, in their order."""
    account = demo()
    seen = [
        trend(title, n, score=0.8, niche_fit={"demo": niche_fit(title, [], account)})
        for n, title in enumerate(titles)
    ]
    made = {
        b.trend_title: b for b in make_briefs(account, DAY, seen, strategy(), [], STAMP, count=len(titles))
    }
    return [made[title].model_copy(update=changes) for title in titles if title in made]


def brief_of(shape: Archetype, title: str = SANDBOX[1]) -> Brief:
    """Return a brief in a shape, whose own hooks are of another family: an engine finds its own."""
    [brief] = briefs_about([title])
    return brief.model_copy(update={"archetype": shape, "hooks": []})
