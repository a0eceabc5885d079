"""Crossing pictures: what a request says of parents is enough to make their children again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.runtime.model import Model, ModelShelf
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.heredity import as_parent, children_of, genes_of, mixed_round
from app.studios.imagine.lineage import furthest, positions, variety_of
from app.studios.imagine.request import Gene, ImagineRequest
from tests.make_tiny_stylegan import BIGGAN, STYLEGAN

MODELS = ("gan-2014", STYLEGAN, BIGGAN)
ALL = (1.0, 1.0, 1.0)


@pytest.fixture
def opened(shelf: ModelShelf, tiny_shelf: ModelShelf) -> Callable[[str], Model]:
    return lambda name: (shelf if name == "gan-2014" else tiny_shelf).open(name)


def make(request: ImagineRequest, model: Model) -> Pictures:
    *_, last = ENGINE.generate(request, model, Progress())
    return last


def founders(model: Model, count: int = 6) -> list[ImagineRequest]:
    like = ImagineRequest(model=model.manifest.id, seed=5, controls=model.manifest.defaults())
    return [like.single(place) for place in range(count)]


def cross(model: Model, parents: list[ImagineRequest], seed: int = 3, count: int = 1, **more: float) -> ImagineRequest:
    like = ImagineRequest(model=model.manifest.id, seed=seed, controls=model.manifest.defaults(), count=count)
    made = children_of([(str(place), parent, ALL) for place, parent in enumerate(parents)], like)
    return msgspec.structs.replace(made, **more)


def distance(a: Picture, b: Picture) -> float:
    return float(np.abs(a.array.astype(float) - b.array).mean())


@pytest.mark.parametrize("name", MODELS)
def test_children_of_any_number_of_parents_are_made_again_to_the_bit(
    name: str, opened: Callable[[str], Model], tmp_path: Path
) -> None:
    model = opened(name)
    asked = cross(model, founders(model, 5), count=4, spread=0.7, strangeness=0.2)
    children = make(asked, model)
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(asked)), ImagineRequest)
    assert make(again, model).digest == children.digest
    alone = children.pictures[2].request
    assert alone is not None
    assert make(alone, model).pictures[0].pixels == children.pictures[2].pixels
    assert len({picture.pixels for picture in children.pictures}) == 4


@pytest.mark.parametrize("name", MODELS)
def test_a_child_of_one_parent_is_that_parent_and_weights_draw_it_nearer(
    name: str, opened: Callable[[str], Model]
) -> None:
    model = opened(name)
    one, other = (msgspec.structs.replace(request, noise="off") for request in founders(model, 2))
    parents = [make(request, model).pictures[0] for request in (one, other)]
    twin = make(cross(model, [one]), model).pictures[0]
    assert np.abs(twin.array.astype(int) - parents[0].array).max() <= 1
    like = ImagineRequest(model=name, seed=1, controls=model.manifest.defaults())
    near = make(children_of([("a", one, ALL), ("b", other, (0.1, 0.1, 0.1))], like), model).pictures[0]
    assert distance(near, parents[0]) < distance(near, parents[1])


def test_coarse_and_fine_come_from_different_parents(opened: Callable[[str], Model]) -> None:
    model = opened(STYLEGAN)
    one, other = founders(model, 2)
    like = ImagineRequest(model=STYLEGAN, seed=1, controls=model.manifest.defaults(), noise="off")
    child = children_of([("a", one, (1.0, 1.0, 0.0)), ("b", other, (0.0, 0.0, 1.0))], like)
    ends, crossed = positions([one, other], model, Progress()), positions([child], model, Progress())[0]
    third = ends.shape[1] // int(model.codec["layers"])
    assert np.allclose(crossed[:third], ends[0][:third], atol=1e-5)
    assert np.allclose(crossed[-third:], ends[1][-third:], atol=1e-5)


def test_after_many_generations_the_genes_are_still_those_of_the_founders(opened: Callable[[str], Model]) -> None:
    model = opened("gan-2014")
    pair = founders(model, 2)
    for generation in range(8):
        series = cross(model, pair, seed=generation, count=2, spread=0.5, strangeness=0.02)
        pair = [series.single(place) for place in range(2)]
    genes = genes_of(pair[0])
    assert np.allclose(np.sum([gene.shares for gene in genes], axis=0), 1.0)
    assert all(not gene.request.parents for gene in genes)
    assert len(genes) <= 2 + 2 * 8
    assert sum(gene.shares[0] for gene in genes if gene.request.seed == 5) > 0.7
    assert len(msgspec.json.encode(pair[0])) < 20_000


def test_what_sliders_did_is_inherited_by_the_shares(opened: Callable[[str], Model]) -> None:
    model = opened("gan-2014")
    one, other = founders(model, 2)
    moved = msgspec.structs.replace(one, offsets=(2.0, -1.0), controls={**one.controls, "truncation": 0.5})
    child = cross(model, [moved, other])
    assert child.offsets == (1.0, -0.5)
    assert child.controls["truncation"] == pytest.approx(0.7)
    recoloured = msgspec.structs.replace(child, mix=(("bag", 1.0),))
    assert [gene.request.mix for gene in as_parent("x", recoloured).genes] == [(("bag", 1.0),)]
    make(cross(model, [recoloured, other]), model)


def test_crossed_latents_are_as_long_as_those_of_seeds() -> None:
    latents = np.random.default_rng(0).standard_normal((8, 4096))
    genes = [Gene(ImagineRequest(model="x"), ALL) for _ in range(8)]
    assert mixed_round(latents, genes).std() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", MODELS)
def test_the_meter_tells_random_pictures_from_a_lineage_and_the_cousin_is_far(
    name: str, opened: Callable[[str], Model]
) -> None:
    model = opened(name)
    random = variety_of(founders(model, 24), model, Progress())
    assert random.ratio == pytest.approx(1.0, abs=0.25)
    series = cross(model, founders(model, 2), count=8, spread=0.3)
    lineage = [series.single(place) for place in range(8)]
    assert variety_of(lineage, model, Progress()).ratio < 0.35
    cousin = furthest(lineage, 77, 32, model, Progress())
    others = [msgspec.structs.replace(cousin, index=place) for place in range(32)]
    places = positions([*lineage, cousin, *others], model, Progress())
    nearest = np.linalg.norm(places[8:, None] - places[None, :8], axis=-1).min(1)
    assert nearest[0] == pytest.approx(nearest[1:].max())
    with pytest.raises(AtelierError, match="two or more"):
        variety_of(lineage[:1], model, Progress())


def test_parents_of_another_model_are_refused(shelf: ModelShelf) -> None:
    model = shelf.open("gan-2014")
    (one,) = founders(model, 1)
    stranger = msgspec.structs.replace(one, model=STYLEGAN)
    with pytest.raises(AtelierError, match="another model"):
        make(msgspec.structs.replace(one, parents=(as_parent("a", stranger),)), model)


@pytest.mark.parametrize("shares", [(0.0, 0.0, 0.0), (-1.0, 1.0, 1.0), (float("nan"), 1.0, 1.0)])
def test_shares_that_make_no_picture_are_told(shares: tuple[float, float, float], shelf: ModelShelf) -> None:
    model = shelf.open("gan-2014")
    (one,) = founders(model, 1)
    bad = msgspec.structs.replace(one, parents=(as_parent("a", one, shares),))
    with pytest.raises(AtelierError, match="shares of the parents"):
        make(bad, model)
