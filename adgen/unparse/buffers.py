"""Decides what is updated in place, and copies where that would be seen.

Input: a `form.Body` whose updates are pure. Output: the same body, in which every mutator may
change its first operand in place, because nothing that is read later shares its memory; where
something would, a `copy` stands now. Accumulations (`x + t`, x not read again) become `iadd`,
`isub`.

Guarantee: arguments and captured arrays are never changed; results share no memory with each
other, an argument, or a captured array; a value that was pushed to a list stays as it was. When
in doubt there is a copy. Where there must be one, it is placed where it runs least often:
before a loop for what the loop starts with, of a slice pushed rather than of the array.
"""

from __future__ import annotations

from dataclasses import dataclass

from adgen.ir.core import UNDEF, Atom, Const, IntItem, Value, is_basic
from adgen.ir.types import ArrayT, ListT, dims_of, dtype_of
from adgen.unparse.aliases import FOREIGN, Aliases, may_view
from adgen.unparse.form import (
    LOOPS,
    MUTATORS,
    Body,
    Step,
    bodies,
    carries,
    ends,
    scans,
    targets,
    walk,
)
from adgen.unparse.liveness import Liveness

HOLDING = frozenset({"push", "append", "set_list"})
"""Steps that put a value into a list."""
UNSURE = frozenset({"getitem", "poplast", "unpack"})
"""Steps whose result may be an element of a list or a part of a tape."""
ACCUMULATE = {"add": "iadd", "sub": "isub"}


def place_updates(body: Body) -> None:
    """Make every update an update in place."""
    if any(step.name in MUTATORS for step in walk(body)):
        settle(body)
        separate_overlaps(body)
    if accumulate(body):
        undo_conflicts(body)
    separate_elements(body)
    separate_results(body)


@dataclass(slots=True)
class Site:
    """A mutator, with the steps around it, outermost first."""

    step: Step
    body: Body
    around: list[tuple[Body, Step]]


def mutators(body: Body, around: list[tuple[Body, Step]] | None = None) -> list[Site]:
    """Every mutator but `push`, whose lists are this module's own."""
    around = around or []
    found: list[Site] = []
    for step in body.steps:
        if step.name in MUTATORS and step.name != "push":
            found.append(Site(step, body, around))
        for inner in step.blocks:
            found += mutators(inner, [*around, (body, step)])
    return found


def settle(body: Body) -> None:
    """Insert copies until no update is seen where it should not be."""
    while True:
        aliases, live = Aliases(body), Liveness(body)
        touched = 0
        for site in mutators(body):
            own = aliases.own_of(site.step.args[0])
            if touched & own & ~FOREIGN or (touched and own == FOREIGN):
                continue
            found = conflicts(site, aliases, live)
            if found:
                separate(site, found, body, aliases, live)
                touched |= own | FOREIGN
        if not touched:
            return


def conflicts(site: Site, aliases: Aliases, live: Liveness) -> list[Value]:
    """The values that would wrongly change; what is foreign conflicts with itself."""
    target = site.step.args[0]
    own = aliases.own_of(target)
    found = [
        w for w in live.after[site.step] if aliases.reach(w) & own and w not in site.step.results
    ]
    if isinstance(target, Const):
        return found or [Value(target.type)]
    if not found:
        return [target] if own & FOREIGN else []
    since = birth(site, live)
    return found if since is None else [w for w in found if may_hold(w, site, since, own, aliases)]


def birth(site: Site, live: Liveness) -> Step | None:
    """The step of the site's body that allocates what is updated, if that is certain."""
    atom = site.step.args[0]
    while isinstance(atom, Value):
        body, step = live.home.get(atom, (None, None))
        if step is None or body is not site.body:
            return None
        if step.name not in MUTATORS:
            return None if step.blocks or may_view(step) or step.name in UNSURE else step
        if atom is not step.results[0]:
            return None
        atom = step.args[0]
    return None


def may_hold(value: Value, site: Site, since: Step, own: int, aliases: Aliases) -> bool:
    """Whether a value can share memory that was allocated by step `since`: only if it, or what it
    holds, is newer.
    """
    steps = site.body.steps
    for step in steps[steps.index(since) :]:
        if step is site.step:
            return False
        if value in step.results:
            return True
        for inner in (step, *(i for block in step.blocks for i in walk(block))):
            if (
                inner.name in HOLDING
                and aliases.reach(value) & aliases.reach_all(inner.args[:1])
                and (aliases.reach_all(inner.args[1:]) & own)
            ):
                return True
    return False


def separate(site: Site, found: list[Value], body: Body, aliases: Aliases, live: Liveness) -> None:
    """Insert the cheapest copy that removes the conflict."""
    own = aliases.own_of(site.step.args[0])
    if not body.scalars and not own & FOREIGN and copy_numbers(found, live):
        return
    if not any(isinstance(w.type, ListT) for w in found) and not any(
        step.name in LOOPS for _, step in site.around
    ):
        copy_here(site)
        return
    sources = origins(site)
    if (
        not own & FOREIGN
        and not any(w in sources for w in found)
        and copy_pushed(body, own, found, aliases)
    ):
        return
    if not copy_before_loop(site, own, found, aliases, live, sources):
        copy_here(site)


def copy_numbers(found: list[Value], live: Liveness) -> bool:
    """Copy the elements that were read as views of rank 0, if there are any."""
    copied = False
    for value in found:
        home, maker = live.home.get(value, (None, None))
        if home is None or maker is None or maker.name != "getitem" or dims_of(value.type) != ():
            continue
        maker.results = [view := Value(value.type)]
        copy = Step("copy", [view], {"inserted": True, "sure": True}, [value], [], maker.span, maker.loose)
        home.steps.insert(home.steps.index(maker) + 1, copy)
        copied = True
    return copied


def copy_here(site: Site) -> None:
    """Update a copy instead."""
    at = site.body.steps.index(site.step)
    hint = site.step.results[0].name
    site.step.args[0] = insert_copy(site.body, at, site.step.args[0], site.step, hint=hint)


def fill_instead(body: Body, atom: Atom) -> bool:
    """Make a number that was broadcast for one reader alone an array of its own."""
    reads = [a for step in walk(body) for a in step.args] + body.results
    maker = next((s for s in body.steps if atom in s.results and s.name == "broadcast"), None)
    if maker is None or sum(a is atom for a in reads) != 1 or dims_of(maker.args[0].type) != ():
        return False
    maker.name, maker.attrs = "full", {"dtype": dtype_of(atom.type)}
    return True


def copy_in_arms(body: Body, atom: Value, near: Step | None) -> bool:
    """Copy what a branch yields inside of it, where the other one yields nothing."""
    maker = next((s for s in body.steps if atom in s.results and s.name == "if"), None)
    if maker is None:
        return False
    at = maker.results.index(atom)
    arms = [(arm, arm.results[at]) for arm in maker.blocks]
    if not any(isinstance(result, Const) and result.value is UNDEF for _, result in arms):
        return False
    for arm, result in arms:
        if isinstance(result, Value):
            arm.results[at] = insert_copy(arm, len(arm.steps), result, near)
    return True


def insert_copy(
    body: Body, at: int, atom: Atom, near: Step | None, op: str = "copy", hint: str = ""
) -> Value:
    """Insert a copy of the atom; it is named after what it is for, or after the original."""
    if isinstance(atom, Value) and (fill_instead(body, atom) or copy_in_arms(body, atom, near)):
        return atom
    copied = Value(atom.type, hint or atom.name)
    span, loose = (near.span, near.loose) if near else (None, True)
    body.steps.insert(at, Step(op, [atom], {"inserted": True}, [copied], [], span, loose))
    return copied


def copy_pushed(body: Body, own: int, found: list[Value], aliases: Aliases) -> bool:
    """If all that would change are lists pushed to, push copies to them."""
    pushes = [(b, s) for b in bodies(body) for s in b.steps if s.name == "push"]
    lists = {s.args[0] for _, s in pushes}
    if not all(w in lists for w in found):
        return False
    changed = False
    for inner, step in pushes:
        for i, atom in enumerate(step.args[1:], 1):
            if (
                step.args[0] in found
                and isinstance(atom.type, ArrayT)
                and aliases.own_of(atom) & own
            ):
                step.args[i] = insert_copy(inner, inner.steps.index(step), atom, step)
                changed = True
    return changed


def copy_before_loop(
    site: Site, own: int, found: list[Value], aliases: Aliases, live: Liveness, sources: set[Value]
) -> bool:
    """If the memory came into a loop as the start of what it carries, start with a copy."""
    for outer, loop in site.around:
        if loop.name not in LOOPS:
            continue
        inside = {p for b in loop.blocks for p in b.params} | {
            r for s in walk(loop.blocks[-1]) for r in s.results
        }
        if not own & FOREIGN and any(w in inside for w in found):
            continue
        inserted = {s.result for s in outer.steps if s.attrs.get("inserted")}
        for i, atom in enumerate(loop.args[: carries(loop)]):
            shared = aliases.own_of(atom) & own
            if loop.blocks[-1].params[i] not in sources or not shared or atom in inserted:
                continue
            if shared & FOREIGN or any(
                aliases.reach(w) & shared for w in live.before[loop.blocks[-1]]
            ):
                hint = loop.results[i].name
                loop.args[i] = insert_copy(outer, outer.steps.index(loop), atom, loop, hint=hint)
                return True
    return False


def origins(site: Site) -> set[Value]:
    """The values that the updated memory may have been before, among those around the update."""
    top = site.around[0][0] if site.around else site.body
    makers: dict[Value, list[Atom]] = {}
    for step in walk(top):
        if step.name in LOOPS:
            for i, atom in enumerate(step.args[: carries(step)]):
                for block in step.blocks:
                    makers[block.params[i]] = [atom, step.blocks[-1].results[i]]
                makers[step.results[i]] = [step.blocks[-1].params[i]]
            if step.name == "for":
                for atoms, params in zip(scans(step), targets(step), strict=True):
                    makers.update((p, atoms[:1]) for p in params)
        elif step.name == "if":
            makers.update(
                (r, [b.results[i] for b in step.blocks]) for i, r in enumerate(step.results)
            )
        elif step.name in MUTATORS or may_view(step):
            makers.update((r, step.args[:1]) for r in step.results)
    found: set[Value] = set()
    todo: list[Atom] = [site.step.args[0]]
    while todo:
        atom = todo.pop()
        if isinstance(atom, Value) and atom not in found:
            found.add(atom)
            todo += makers.get(atom, [])
    return found


def separate_overlaps(body: Body) -> None:
    """An update through an array of positions must not read what it writes: its operand is copied
    first.
    """
    aliases: Aliases | None = None
    for site in mutators(body):
        step = site.step
        if step.name not in ("setitem", "addat") or is_basic(step.attrs["index"]):
            continue
        aliases = aliases or Aliases(body)
        for i, atom in enumerate(step.args[1:], 1):
            if aliases.own_of(atom) & aliases.own_of(step.args[0]):
                step.args[i] = insert_copy(site.body, site.body.steps.index(step), atom, step)


def separate_elements(body: Body) -> None:
    """An addition to an element of a list is written into the element's array where that is nowhere else; where it may
    be (a row of an argument, an array that was appended), the list gets a new array.
    """
    sites = [site for site in mutators(body) if adds_to_element(site.step)]
    if not sites:
        return
    aliases, live = Aliases(body), Liveness(body)
    for site in sites:
        inside = aliases.inside_of(site.step.args[0])
        read = [w for w in live.after[site.step] if aliases.own_of(w) & inside]
        site.step.attrs["apart"] = bool(inside & ~aliases.zeros or read)


def adds_to_element(step: Step) -> bool:
    """Whether a step adds to an array that is an element of a list."""
    held = step.result.type.element if step.name == "addat" and isinstance(step.result.type, ListT) else None
    return isinstance(held, ArrayT) and held.dims != () and isinstance(step.attrs["index"][0], IntItem)


# Accumulations


def accumulate(body: Body) -> bool:
    """Turn sums whose first operand can be updated into updates; whether there are any."""
    aliases, live = Aliases(body), Liveness(body)
    made: dict[Value, Step] = {r: s for s in walk(body) for r in s.results}
    loops = {p: s for s in walk(body) if s.name in LOOPS for p in s.blocks[-1].params[: carries(s)]}
    changed = False
    for inner in bodies(body):
        for step in inner.steps:
            if step.name in ACCUMULATE and step.loose and wants_update(step, made, loops):
                own = aliases.own_of(step.args[0])
                site = Site(step, inner, [])
                if own and not conflicts(site, aliases, live):
                    step.attrs["pure"] = step.name
                    step.name, changed = ACCUMULATE[step.name], True
    return changed


def wants_update(step: Step, made: dict[Value, Step], loops: dict[Value, Step]) -> bool:
    """Whether `x += t` reads better, and costs less, than an expression."""
    if (
        commutes(step)
        and is_accumulator(step.args[1], step, made, loops)
        and not is_accumulator(step.args[0], step, made, loops)
    ):
        step.args.reverse()
    target = step.args[0]
    if (
        not isinstance(target, Value)
        or not isinstance(target.type, ArrayT)
        or target.type != step.result.type
    ):
        return False
    if target.type.dims == ():
        return False
    return is_accumulator(target, step, made, loops)


def commutes(step: Step) -> bool:
    return step.name == "add" and step.args[1].type == step.result.type


def is_accumulator(
    atom: Atom, step: Step, made: dict[Value, Step], loops: dict[Value, Step]
) -> bool:
    """Whether a value is one that things are added to: carried, already updated, or of an earlier
    statement's name.
    """
    if not isinstance(atom, Value):
        return False
    maker = made.get(atom)
    if maker is None:
        if atom not in loops:
            return False
        carried_on = step.result in loops[atom].blocks[-1].results
        return carried_on or bool(atom.name) and step.result.name == atom.name
    if maker.name in MUTATORS or maker.blocks or maker.name == "zeros":
        return True
    line, own_line = (s.span.line if s.span else None for s in (maker, step))
    return (
        maker.loose
        and bool(step.result.name)
        and atom.name in ("", step.result.name)
        and line != own_line
    )


def undo_conflicts(body: Body) -> None:
    """Turn accumulations back where sharing their buffer brought a conflict."""
    while True:
        aliases, live = Aliases(body), Liveness(body)
        wrong = [site for site in mutators(body) if conflicts(site, aliases, live)]
        if not wrong:
            return
        for step in walk(body):
            if step.name in ACCUMULATE.values() and any(
                aliases.own_of(step.args[0]) & aliases.own_of(site.step.args[0]) for site in wrong
            ):
                step.name = step.attrs["pure"]


# Results


def separate_results(body: Body) -> None:
    """Copy what would be returned twice, or is not this function's own."""
    aliases = Aliases(body)
    for end in ends(body):
        seen = 0
        for i, atom in enumerate(end.results):
            own = aliases.reach(atom)
            if own & (FOREIGN | seen) and isinstance(atom.type, (ArrayT, ListT)):
                op = "copy_list" if isinstance(atom.type, ListT) else "copy"
                end.results[i] = insert_copy(end, len(end.steps), atom, None, op)
            else:
                seen |= own
