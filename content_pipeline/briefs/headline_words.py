"""Words that decide how a headline is read (``reading``): which nouns name nothing, need an article, or are people."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OWN = _words("my our your his her their its this these that those what which whose")
"""What begins a phrase that only makes sense inside its title."""
NEVER_FIRST = _words("how not all no one some any every")
"""What begins a phrase that is none."""
VAGUE = _words(
    """thing things way ways part parts people person someone everyone one ones lot kind time times day days year years week weeks
    reason reasons video videos episode trailer update news question questions guide man woman guy anyone something nothing
    everything minute minutes hour hours month months number numbers"""
)
"""Heads of phrases that name nothing by themselves."""
COUNTABLE = _words(
    """cost survey trial study trick habit routine experiment app tool plan budget dip rule method system feature report
    game match final record series show film movie song album trailer phone car book device idea test question problem fix update
    law case deal team school company city country war crisis league season tour festival event project job"""
)
"""Nouns that a headline uses without the article that a sentence needs."""
ALSO_VERBS = _words(
    """test tests launch launches launched respond responds react reacts reveal reveals share shares show shows sign signs chase
    report weigh explain explains compare got get gets win wins beat beats say says"""
)
"""Words that a headline uses as verbs and the model may take for the noun of a phrase."""

_PEOPLE = re.compile(
    r"(?:[^w]ers|ors|ists|ians|ees|students|agents|parents|residents|patients|graduates|women|men|people|coaches|couples|teams"
    r"|athletes|nurses|staff|crews|hosts|fans|kids|children|apprentices)$"
)
_THINGS = _words(
    """timers trackers papers computers numbers orders printers filters letters dinners rivers trailers offers chargers speakers
    containers burgers drawers folders stickers posters chapters winters summers servers browsers corners centers monitors doors
    colors colours errors mirrors factors sensors motors tractors trees fees knees degrees committees coffees lists"""
)


def are_people(plural: str) -> bool:
    """Tell whether a plural noun in lower case is mostly said of people: what they do is a subject, they are none."""
    return plural not in _THINGS and bool(_PEOPLE.search(plural))
