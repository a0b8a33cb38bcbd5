"""What a phonebook contains once its inclusions are followed: order, filters, paths."""

from __future__ import annotations

from phonebook_server.inclusions.closure import MAX_WAYS, Book, Edge, Graph, Member


def graph(*edges: str, dead: str = "") -> Graph:
    """A graph from edges as `a>b` or `a>b:x,y` for the groups x and y, created in this order."""
    made = []
    for at, text in enumerate(edges):
        pair, _, groups = text.partition(":")
        one, other = pair.split(">")
        made.append(
            Edge(phonebook_id=one, included_id=other, groups=tuple(filter(None, groups.split(","))), created_at=at)
        )
    ids = {id for edge in made for id in (edge.phonebook_id, edge.included_id)} | {"a"}
    return Graph({id: book(id, live=id not in dead) for id in ids}, made)


def book(id: str, *, live: bool = True) -> Book:
    return Book(id=id, name=id, site_id="s", site_name="S", epoch="e", position=0, horizon=0, live=live)


def order(of: Graph, root: str = "a") -> str:
    return "".join(member.phonebook_id for member in of.members(root))


def member(of: Graph, id: str) -> Member:
    return next(member for member in of.members("a") if member.phonebook_id == id)


def test_the_own_phonebook_comes_first_then_level_by_level_in_the_order_of_inclusion() -> None:
    assert order(graph()) == "a"
    assert order(graph("a>c", "a>b", "b>x", "c>d", "c>e", "d>b")) == "acbdex"
    assert order(graph("b>a")) == "a"
    assert [each.rank for each in graph("a>b").members("a")] == [0, 1]


def test_a_deleted_phonebook_is_no_member_and_neither_is_what_comes_only_through_it() -> None:
    edges = ("a>b", "b>c", "a>d", "d>e", "b>e")
    assert order(graph(*edges, dead="b")) == "ade"
    assert [each.phonebook_id for each in graph(*edges, dead="b").members("a", dead=True)] == list("abdce")


def test_a_contact_must_pass_every_filter_of_one_path() -> None:
    of = graph("a>b:x", "b>d:y", "a>c:z", "c>d")
    assert [member(of, "d").passes(groups) for groups in (["x"], ["y"], ["x", "y"], ["z"], [], ["w", "z"])] == [
        False,
        False,
        True,
        True,
        False,
        True,
    ]
    assert member(of, "a").passes([])
    assert not member(graph("a>b:x"), "b").passes([])


def test_one_way_without_a_filter_lets_all_through() -> None:
    of = graph("a>b:x", "b>c", "a>c")
    assert not member(of, "c").filtered
    assert member(of, "c").passes([])
    assert member(of, "c").filter_mark() == 0


def test_the_mark_of_a_filter_changes_with_what_it_lets_through_only() -> None:
    one, same = graph("a>b:x,y"), graph("a>c", "a>b:y,x")
    assert member(one, "b").filter_mark() == member(same, "b").filter_mark() > 1
    assert member(one, "b").filter_mark() != member(graph("a>b:x"), "b").filter_mark()
    needless = graph("a>b:x", "a>c:z", "c>b:x")
    assert member(needless, "b").filter_mark() == member(graph("a>b:x"), "b").filter_mark()


def test_includers_are_all_that_reach_a_phonebook() -> None:
    of = graph("a>b", "b>c", "d>c", "x>y")
    assert sorted(of.includers("c")) == ["a", "b", "d"]
    assert of.includers("a") == []


def test_the_shortest_path_is_found() -> None:
    of = graph("a>b", "b>c", "c>d", "a>c")
    assert of.find_path("a", "d") == ["a", "c", "d"]
    assert of.find_path("d", "a") is None
    assert of.find_path("a", "a") == ["a"]


def diamonds(count: int, groups: str) -> Graph:
    """Each step can be taken in two ways, so the number of paths doubles with every one."""
    edges = []
    for n in range(count):
        start, end = ("a" if n == 0 else f"s{n}"), f"s{n + 1}"
        edges += [
            f"{start}>l{n}:{groups and f'{groups}{n}'}",
            f"{start}>r{n}",
            f"l{n}>{end}",
            f"r{n}>{end}:{groups and f'q{n}'}",
        ]
    return graph(*edges)


def test_many_paths_that_do_not_filter_cost_nothing() -> None:
    of = diamonds(20, "")
    assert not of.is_tangled("a")
    assert not member(of, "s20").filtered


def test_too_many_differently_filtered_ways_are_noticed_soon() -> None:
    assert not diamonds(6, "p").is_tangled("a")
    assert len(member(diamonds(6, "p"), "s6").ways) == MAX_WAYS
    assert diamonds(7, "p").is_tangled("a")
    assert diamonds(20, "p").is_tangled("a")


def test_a_loop_that_nobody_could_store_ends_all_the_same() -> None:
    of = graph("a>b:x", "b>c", "c>a", "c>b")
    assert order(of) == "abc"
    assert of.find_path("c", "b") == ["c", "b"]
    assert sorted(of.includers("a")) == ["b", "c"]
