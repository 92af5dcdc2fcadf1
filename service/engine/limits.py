"""How much an engine holds at most, and what happens at each limit; nothing is dropped unseen.

| what | limit | at the limit |
|---|---|---|
| cases of a touchpoint | CASES_MAX | the oldest hundredth ends as unknown and leaves every count |
| facts of a case | FACTS_MAX | further ones go to the late list |
| cases known only by later facts | ORPHANS_MAX | further ones go to the late list |

Seen keys, items of streams, gaps and facts given out by fields are bounded by time: `correct_for`.
"""

CASES_MAX = 2_000_000
FACTS_MAX = 100
ORPHANS_MAX = 200_000
# Making room one case at a time would sort a million cases for each.
ROOM = 100
