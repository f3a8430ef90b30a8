"""
Who may still be written to.

Theory of operation
===================

A suppression list is a fold like a record: per address a set of facts that only grows, each kept as one event that
says it, the latest or of some facts the first, so that order, repetition and merging cannot matter (laws 2 to 4). Nothing is ever crossed out. A release
is one more event; whether it counts is decided when the list is read, by three questions: is it the right party, with
the right proof, and later than the evidence?

Times are the events' own. Where one is missing it is read on the safe side: of a cause as the latest it can be, which
is when it first reached us, if that was said; of what lifts as the earliest, so that it lifts nothing. What lifts must be
later than what stops: in the same moment it is not. (A domain alone is judged the other way: one that took a message in
the very moment in which it was said not to exist does exist.) What is dated after ``now`` lifts nothing yet. No
delivery, opening or click lifts a complaint or a bad address (law 8).

What is no event (opted in, a quota) comes with the question, as a ``Standing``. Incidents are read off too: what many
addresses share is kept by trouble, and never that there was one.
"""

from deliverystatus._suppression._list import SuppressionList, stop_by_hand, suppress

__all__ = ["SuppressionList", "stop_by_hand", "suppress"]
