"""Tasks: things a person must do that no other record already says (a customer's question, a failed mail).

| state | verb | next | who |
|---|---|---|---|
| – | open_task | open | verbs of other features |
| open | close_task, close_tasks_about | done | staff; the verb that settled it |
"""

from __future__ import annotations

from portal.tasks.open import TaskDraft, close_task, close_tasks_about, open_task
from portal.tasks.queries import TaskView, count_open_tasks, list_open_tasks

__all__ = [
    "TaskDraft",
    "TaskView",
    "close_task",
    "close_tasks_about",
    "count_open_tasks",
    "list_open_tasks",
    "open_task",
]
