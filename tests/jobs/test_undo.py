"""Undo over values."""

from hypothesis import given
from hypothesis import strategies as st

from app.jobs.undo import UndoStack


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_undo_and_redo_walk_the_same_values() -> None:
    stack: UndoStack[str] = UndoStack()
    stack.push("one", "", "a")
    stack.push("two", "a", "ab")
    assert (stack.undo("ab"), stack.undo("a"), stack.undo("")) == ("a", "", None)
    assert (stack.redo(""), stack.redo("a"), stack.redo("ab")) == ("a", "ab", None)


def test_a_new_step_forgets_the_undone_ones() -> None:
    stack: UndoStack[str] = UndoStack()
    stack.push("one", "", "a")
    stack.undo("a")
    stack.push("other", "", "b")
    assert stack.redo("b") is None
    assert stack.undo("b") == ""


def test_quick_steps_of_one_kind_become_one() -> None:
    clock = Clock()
    stack: UndoStack[str] = UndoStack(clock=clock)
    stack.push("typing", "", "a", "typing")
    clock.now = 0.5
    stack.push("typing", "a", "ab", "typing")
    clock.now = 5.0
    stack.push("typing", "ab", "abc", "typing")
    assert (stack.undo("abc"), stack.undo("ab"), stack.undo("")) == ("ab", "", None)


@given(st.lists(st.integers(), max_size=40))
def test_undoing_everything_comes_to_the_first_value(values: list[int]) -> None:
    stack: UndoStack[int] = UndoStack(limit=100)
    before = 0
    for value in values:
        stack.push("step", before, value)
        before = value
    found = before
    while (step := stack.undo(found)) is not None:
        found = step
    assert found == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_folded_values_are_the_same_again(steps: list[tuple[int, bool]]) -> None:
    folded: UndoStack[int] = UndoStack(fold=lambda value, near: value - near, unfold=lambda kept, near: kept + near)
    whole: UndoStack[int] = UndoStack()
    now = 0
    for value, is_undo in steps:
        if is_undo:
            one, other = folded.undo(now), whole.undo(now)
            assert one == other
            now = now if one is None else one
        else:
            folded.push("step", now, value)
            whole.push("step", now, value)
            now = value
    while (one := folded.redo(now)) is not None:
        assert one == whole.redo(now)
        now = one
    assert whole.redo(now) is None
