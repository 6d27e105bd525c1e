"""The whole problem as a CP-SAT model: a flag for every job and window in which it may move."""

import numpy as np
from ortools.sat.python import cp_model

from migration.planner.tables import Flags, Limit, Numbers, Tables


class Model:
    """A model of every constraint. Objectives are asked for one by one: only what is asked for has variables."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.cp = cp_model.CpModel()
        self.choices = [
            {int(window): self.cp.new_bool_var("") for window in np.flatnonzero(row)} for row in tables.allowed
        ]
        """For each job, a flag for each window in which it may move."""
        self.apart: list[cp_model.IntVar] = []
        """Once dual running was asked for: a flag for each machine that is set where its jobs move in several windows."""
        for choice in self.choices:
            self.cp.add_exactly_one(choice.values())
        for limit in tables.limits:
            for (load, top), most in zip(self.loads(limit), limit.most, strict=True):
                if top > most:
                    self.cp.add(load <= int(most))
        for first, then in tables.befores:
            for holds in self.before(first, then):
                self.cp.add(holds)
        for pilot in tables.pilots:
            self.cp.add_bool_or(self.within(pilot))

    def objective(self, number: int) -> cp_model.LinearExprT:
        """What the objective of this number comes to (`schedule.OBJECTIVES`)."""
        match number:
            case 0:
                return self._pressing(self.tables.late)
            case 1:
                return self._pressing(self.tables.exposed)
            case 2:
                return self._dual_running()
        return self._cut()

    def hint(self, at: Numbers) -> None:
        """Start from this plan."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]  # ortools leaves it without types
        for choice, window in zip(self.choices, at, strict=True):
            for one, flag in choice.items():
                self.cp.add_hint(flag, one == window)

    def read(self, solver: cp_model.CpSolver) -> Numbers:
        """The window of each job that was found."""
        found = [next(w for w, flag in choice.items() if solver.boolean_value(flag)) for choice in self.choices]
        return np.array(found, np.int64)

    def loads(self, limit: Limit) -> list[tuple[cp_model.LinearExprT, int]]:
        """For each pool of a limit, what is drawn from it, and the most that could be."""
        flags: list[list[cp_model.IntVar]] = [[] for _ in limit.most]
        uses: list[list[int]] = [[] for _ in limit.most]
        top = [0 for _ in limit.most]
        for job in np.flatnonzero(limit.use):
            use = int(limit.use[job])
            for window, flag in self.choices[job].items():
                if (pool := limit.pool[window]) >= 0:
                    flags[pool].append(flag)
                    uses[pool].append(use)
            for pool in {int(limit.pool[window]) for window in self.choices[job]} - {-1}:
                top[pool] += use
        sums = [cp_model.LinearExpr.weighted_sum(*both) for both in zip(flags, uses, strict=True)]
        return list(zip(sums, top, strict=True))

    def before(self, first: int, then: int) -> list[cp_model.BoundedLinearExpression | bool]:
        """Whatever the window: the second is not there or before it, unless the first has moved by then."""
        one, other = self.choices[first], self.choices[then]
        return [
            sum(flag for at, flag in other.items() if at <= window)
            <= sum(flag for at, flag in one.items() if at < window)
            for window in other
        ]

    def within(self, windows: Flags) -> list[cp_model.IntVar]:
        """The flags of every move in one of these windows."""
        return [flag for choice in self.choices for window, flag in choice.items() if windows[window]]

    def _pressing(self, costs: Numbers) -> cp_model.LinearExprT:
        """The sum over machines of what the window of their last job costs."""
        terms: list[cp_model.LinearExprT] = []
        for jobs, cost in zip(self.tables.members, costs, strict=True):
            sums = [self._cost(int(job), cost) for job in jobs]
            if len(sums) == 1:
                terms += sums
            elif any(cost[window] for job in jobs for window in self.choices[job]):
                terms.append(self._last(jobs, cost))
        return cp_model.LinearExpr.sum(terms)

    def _last(self, jobs: Numbers, cost: Numbers) -> cp_model.LinearExprT:
        """What the last of several jobs costs: step by step, each taken where a job is as late as that or later."""
        flags: list[cp_model.IntVar] = []
        steps: list[int] = []
        for window in np.flatnonzero(np.diff(cost, prepend=0)):
            flag = self.cp.new_bool_var("")
            flags.append(flag)
            steps.append(int(cost[window] - (cost[window - 1] if window else 0)))
            for job in jobs:
                later = [one for at, one in self.choices[job].items() if at >= window]
                self.cp.add(cp_model.LinearExpr.sum(later) <= flag)
        return cp_model.LinearExpr.weighted_sum(flags, steps)

    def _cost(self, job: int, cost: Numbers) -> cp_model.LinearExprT:
        windows = [window for window in self.choices[job] if cost[window]]
        flags = [self.choices[job][window] for window in windows]
        return cp_model.LinearExpr.weighted_sum(flags, [int(cost[window]) for window in windows])

    def _dual_running(self) -> cp_model.LinearExprT:
        spans: list[cp_model.LinearExprT] = []
        days = self.tables.days
        low, top = int(days[0]), int(days[-1])
        least = int(np.diff(days).min()) if len(days) > 1 else 0
        for jobs in self.tables.members:
            if len(jobs) < 2:
                continue
            first, last = self.cp.new_int_var(low, top, ""), self.cp.new_int_var(low, top, "")
            for job in jobs:
                day = self._cost(int(job), days)
                self.cp.add(first <= day)
                self.cp.add(last >= day)
            # A proof needs to know that what is apart is so by some days, and what is not moves in one window.
            apart = self._apart(jobs)
            self.apart.append(apart)
            self.cp.add(last - first >= least * apart)
            self.cp.add(last - first <= (top - low) * apart)
            spans.append(last - first)
        return cp_model.LinearExpr.sum(spans)

    def _apart(self, jobs: Numbers) -> cp_model.IntVar:
        """A flag that is set where these jobs do not all move in one window."""
        apart = self.cp.new_bool_var("")
        one = self.choices[int(jobs[0])]
        for job in jobs[1:]:
            other = self.choices[int(job)]
            for window in one.keys() | other.keys():
                both = one.get(window), other.get(window)
                for flag, match in (both, both[::-1]):
                    if flag is not None:
                        self.cp.add_bool_or([~flag, apart] if match is None else [~flag, match, apart])
        return apart

    def _cut(self) -> cp_model.LinearExprT:
        parts: list[cp_model.LinearExprT] = []
        weights: list[int] = []
        for one, other, weight in zip(*self.tables.links, strict=True):
            cut = self.cp.new_bool_var("")
            for window, flag in self.choices[one].items():
                together = self.choices[other].get(window)
                self.cp.add_bool_or([~flag, cut] if together is None else [~flag, together, cut])
            parts.append(cut)
            weights.append(int(weight))
        if (pull := self.tables.pull) is not None:
            for choice, there in zip(self.choices, pull, strict=True):
                drawn = [window for window in choice if there[window]]
                parts += [~choice[window] for window in drawn]
                weights += [int(there[window]) for window in drawn]
        return cp_model.LinearExpr.weighted_sum(parts, weights)
