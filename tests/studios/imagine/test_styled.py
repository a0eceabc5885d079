"""Pictures of styled generators without a window: styles, their mixing, directions, noise, areas made anew."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.runtime.engine import make_recipe
from app.runtime.model import ModelShelf
from app.runtime.recipe import Match
from app.studios.imagine.captions import captioned, uncaptioned
from app.studios.imagine.codec import drawn_in, styles_to_bytes, to_pixels
from app.studios.imagine.document import Picture
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import DirectionMove, DirectionPart, ImagineRequest, Refill, StylePart
from app.studios.imagine.space import FREE, GIVE, layer_range, range_name, space_of
from app.studios.imagine.styled import LOUDEST, no_mask, noise_of, pixels_of, render, starting_at, styles_of
from tests.make_tiny_stylegan import BIGGAN, LAYERS, SIDES, STYLEGAN, WIDTH

SIDE = SIDES[-1]


def ask(**fields: object) -> ImagineRequest:
    return ImagineRequest(**{"model": STYLEGAN, "seed": 4, **fields})  # pyright: ignore[reportArgumentType]


@pytest.fixture
def pixels(tiny_shelf: ModelShelf) -> Callable[..., np.ndarray]:
    """Makes one picture: uint8 (side, side, 3)."""

    def make(request: ImagineRequest) -> np.ndarray:
        *_, last = ENGINE.generate(request, tiny_shelf.open(request.model), Progress())
        return last.pictures[0].array

    return make


def push(direction: int, amount: float = 2.0, first: int = 0, last: int = -1) -> DirectionMove:
    return DirectionMove(parts=(DirectionPart(direction),), amount=amount, first=first, last=last)


def mask(box: tuple[int, int, int, int], value: int = 255) -> bytes:
    image = Image.new("L", (SIDE, SIDE))
    image.paste(value, box)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def differ(a: np.ndarray, b: np.ndarray) -> bool:
    return a.tobytes() != b.tobytes()


@pytest.mark.parametrize("model", [STYLEGAN, BIGGAN])
def test_a_picture_is_the_same_alone_in_a_series_and_from_its_recipe(
    tiny_shelf: ModelShelf, tmp_path: Path, model: str
) -> None:
    request = ask(model=model, count=3, moves=(push(1),), noise="frozen:9")
    opened = tiny_shelf.open(model)
    *_, series = ENGINE.generate(request, opened, Progress())
    *_, alone = ENGINE.generate(request.single(2), opened, Progress())
    assert alone.pictures[0].pixels == series.pictures[2].pixels
    ENGINE.export(tmp_path / "x.png", alone, make_recipe(ENGINE, request.single(2), opened, alone))
    loaded, recipe = ENGINE.load(tmp_path / "x.png")
    assert recipe is not None
    assert msgspec.convert(recipe.request, ImagineRequest) == request.single(2)
    assert ENGINE.compare(alone, loaded).match is Match.EXACT


def test_the_older_recipes_still_say_the_same() -> None:
    old = {"model": "gan-2014", "seed": 3, "controls": {}, "count": 1, "index": 0, "offsets": [1.0], "mix": []}
    assert msgspec.convert(old, ImagineRequest) == ImagineRequest(model="gan-2014", seed=3, offsets=(1.0,))


def test_styles_come_layer_by_layer_from_other_pictures(
    tiny_shelf: ModelShelf, pixels: Callable[..., np.ndarray]
) -> None:
    model = tiny_shelf.open(STYLEGAN)
    mine, other = styles_of(ask(), model), styles_of(ask(seed=8), model)
    first, last = layer_range("coarse", LAYERS)
    part = StylePart(first=first, last=last, seed=8)
    mixed = styles_of(ask(styles=(part,)), model)
    assert np.array_equal(mixed[: last + 1], other[: last + 1])
    assert np.array_equal(mixed[last + 1 :], mine[last + 1 :])
    kept = StylePart(first=first, last=last, styles=styles_to_bytes(other))
    assert np.allclose(styles_of(ask(styles=(kept,)), model), mixed, atol=2e-3)
    assert differ(pixels(ask(styles=(part,))), pixels(ask()))
    whole = StylePart(seed=8)
    assert not differ(pixels(ask(styles=(whole,), noise="off")), pixels(ask(seed=8, noise="off")))
    half = StylePart(seed=8, share=0.5)
    assert np.allclose(styles_of(ask(styles=(half,)), model), (mine + other) / 2, atol=1e-5)


@pytest.mark.parametrize("model", ["stylegan-portraits", "stylegan-masters", "biggan-avatars"])
def test_without_a_mask_a_shipped_graph_reads_one_pixel_and_makes_the_same(shelf: ModelShelf, model: str) -> None:
    """And one pixel holds everywhere."""
    opened, side = shelf.open(model), int(shelf.open(model).codec["side"])
    assert no_mask(opened).shape == (1, 1, 1, 1)
    first, second = (ask(model=model, seed=seed, controls=opened.manifest.defaults()) for seed in (4, 5))
    mine, other = (styles_of(request, opened)[None] for request in (first, second))
    noise = noise_of(first, opened)
    alone = render(mine, noise, opened)
    assert np.array_equal(pixels_of(mine, noise, opened), to_pixels(alone))
    for bad in (np.nan, np.inf, -10 * LOUDEST):
        with pytest.raises(AtelierError, match="far too large"):
            pixels_of(np.where(np.arange(mine.shape[2]) == 3, np.float32(bad), mine), noise, opened)
    nothing, all_of_it = np.zeros((side, side), np.float32), np.ones((1, 1), np.float32)
    assert np.array_equal(render(mine, noise, opened, other=other, mask=nothing), alone)
    assert np.array_equal(
        render(mine, noise, opened, other=other, mask=all_of_it), render(other, noise_of(first, opened), opened)
    )


def test_a_graph_with_masks_of_one_size_is_given_a_whole_one(tiny_shelf: ModelShelf) -> None:
    assert no_mask(tiny_shelf.open(STYLEGAN)).shape == (1, 1, SIDE, SIDE)


@pytest.mark.parametrize("model", [STYLEGAN, BIGGAN])
def test_a_direction_acts_in_its_layers_alone(tiny_shelf: ModelShelf, model: str) -> None:
    opened = tiny_shelf.open(model)
    first, last = layer_range("middle", LAYERS)
    still, moved = (
        styles_of(ask(model=model), opened),
        styles_of(ask(model=model, moves=(push(0, 2, first, last),)), opened),
    )
    changed = [layer for layer in range(LAYERS) if differ(still[layer], moved[layer])]
    assert changed == list(range(first, last + 1))
    here_and_back = styles_of(ask(model=model, moves=(push(0, 2), push(0, -2))), opened)
    assert np.allclose(here_and_back, still, atol=1e-5)


def test_a_named_direction_is_a_sum_of_principal_ones(tiny_shelf: ModelShelf) -> None:
    model = tiny_shelf.open(STYLEGAN)
    named = DirectionMove(parts=(DirectionPart(0, 1.5), DirectionPart(2, -0.5, 0, 3)), amount=2.0, name="Dusk")
    one_by_one = (push(0, 3.0), push(2, -1.0, 0, 3))
    assert np.allclose(styles_of(ask(moves=(named,)), model), styles_of(ask(moves=one_by_one), model), atol=1e-6)


def test_truncation_draws_to_the_mean_and_moves_smoothly(tiny_shelf: ModelShelf) -> None:
    model = tiny_shelf.open(STYLEGAN)
    assert np.allclose(styles_of(ask(controls={"truncation": 0.0}), model), space_of(model).mean, atol=1e-6)
    latent = np.random.default_rng(0).standard_normal((1, 2000)).astype(np.float32)
    assert np.allclose(drawn_in(latent, 8.0), latent, atol=1e-3)
    for limit in (0.5, 1.0):
        drawn = drawn_in(latent, limit)
        assert np.abs(drawn).max() <= limit
        kept = latent[np.abs(latent) < limit]
        assert abs(drawn.std() - kept.std()) < 0.03  # as if draws outside had been drawn again
        assert np.abs(drawn_in(latent, limit + 0.01) - drawn).max() < 0.03
    far, near = (styles_of(ask(model=BIGGAN, controls={"truncation": t}), tiny_shelf.open(BIGGAN)) for t in (2.0, 0.1))
    assert np.ptp(far) > np.ptp(near)


def test_noise_is_the_seeds_or_frozen_or_off(pixels: Callable[..., np.ndarray]) -> None:
    same_styles = (StylePart(seed=2),)
    a, b = (pixels(ask(seed=seed, styles=same_styles)) for seed in (4, 5))
    assert differ(a, b)
    for noise in ("frozen:4", "off"):
        a, b = (pixels(ask(seed=seed, styles=same_styles, noise=noise)) for seed in (4, 5))
        assert not differ(a, b)
    assert not differ(pixels(ask(noise="frozen:4")), pixels(ask(seed=4)))


def test_any_classes_can_be_mixed(pixels: Callable[..., np.ndarray]) -> None:
    pure = pixels(ask(model=BIGGAN, controls={"class": "sun"}))
    full = pixels(ask(model=BIGGAN, controls={"class": "comet"}, mix=(("sun", 1.0),)))
    three = pixels(ask(model=BIGGAN, controls={"class": "any"}, mix=(("sun", 0.2), ("moon", 0.3), ("comet", 0.5))))
    assert not differ(pure, full)
    assert differ(pure, three)


def test_only_the_marked_area_changes(pixels: Callable[..., np.ndarray]) -> None:
    box = (8, 8, 20, 24)
    area = Refill(mask=mask(box), seed=77)
    before, after = pixels(ask()), pixels(ask(refills=(area,)))
    inside = np.zeros((SIDE, SIDE), bool)
    inside[8:24, 8:20] = True
    assert np.array_equal(before[~inside], after[~inside])
    assert np.abs(before[inside].astype(int) - after[inside]).mean() > 5
    second = Refill(mask=mask((0, 0, 4, 4), 128), seed=78, first=4)
    both = pixels(ask(refills=(area, second)))
    untouched = both.copy()
    untouched[:4, :4] = after[:4, :4]
    assert np.array_equal(untouched, after)


def test_a_series_with_a_refill_is_one_of_alternatives(
    tiny_shelf: ModelShelf, pixels: Callable[..., np.ndarray]
) -> None:
    request = ask(refills=(Refill(mask=mask((0, 0, 16, 16)), seed=3),), count=4)
    *_, made = ENGINE.generate(request, tiny_shelf.open(STYLEGAN), Progress())
    assert len({picture.pixels for picture in made.pictures}) == 4
    assert len({picture.array[16:].tobytes() for picture in made.pictures}) == 1
    assert not differ(pixels(request.single(2)), made.pictures[2].array)


@pytest.mark.parametrize("model", [STYLEGAN, BIGGAN])
def test_a_picture_can_begin_with_styles_and_be_steered_on(
    tiny_shelf: ModelShelf, pixels: Callable[..., np.ndarray], model: str
) -> None:
    opened = tiny_shelf.open(model)
    source = ask(model=model, controls={"truncation": 0.6}, moves=(push(2),))
    begun = starting_at(source, styles_of(source, opened))
    assert begun.controls["truncation"] == 1.0
    assert np.abs(pixels(begun).astype(int) - pixels(source)).max() <= 1
    moved = msgspec.structs.replace(begun, moves=(push(1),))
    assert differ(pixels(moved), pixels(begun))
    calm = msgspec.structs.replace(begun, controls={"truncation": 0.0})
    assert np.allclose(styles_of(calm, opened), space_of(opened).mean, atol=1e-5)


def test_the_ranges_of_layers_cover_all_of_them() -> None:
    for layers in (3, 5, 6, 8, 12, 14):
        ends = [layer_range(name, layers) for name in ("coarse", "middle", "fine")]
        assert [number for first, last in ends for number in range(first, last + 1)] == list(range(layers))
        assert [range_name(*end, layers) for end in ends] == ["coarse", "middle", "fine"]
    assert range_name(0, -1, 12) == "all"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"start": np.full((LAYERS, WIDTH), np.nan, np.float16).tobytes()}, "not numbers"),
        ({"start": b"\0" * 10}, "another model"),
        ({"styles": (StylePart(styles=np.full((LAYERS, WIDTH), np.inf, np.float16).tobytes()),)}, "not numbers"),
        ({"styles": (StylePart(share=float("nan")),)}, "share"),
        ({"styles": (StylePart(first=5, last=3),)}, "layers"),
        ({"moves": (push(99),)}, "no direction 100"),
        ({"moves": (push(0, float("inf")),)}, "not a number"),
        ({"moves": (push(0, last=99),)}, "layers"),
        ({"noise": "loud"}, "noise"),
        ({"refills": (Refill(mask=b"no picture"),)}, "marked area"),
        ({"model": BIGGAN, "controls": {"class": "dragon"}}, "no class “dragon”"),
        ({"model": BIGGAN, "mix": (("dragon", 0.5),)}, "no class “dragon”"),
        ({"seed": -1}, "negative"),
    ],
)
def test_what_makes_no_picture_is_refused(
    pixels: Callable[..., np.ndarray], fields: dict[str, object], why: str
) -> None:
    with pytest.raises(AtelierError, match=why) as caught:
        pixels(ask(**fields))
    assert caught.value.kind is ErrorKind.BAD_INPUT


@pytest.mark.parametrize(
    ("side", "grey"), [(28, True), (32, False), (80, False), (97, False), (128, True), (160, False)]
)
def test_the_pictures_of_a_sheet_with_captions_come_back(side: int, grey: bool) -> None:
    rng = np.random.default_rng(side)
    pictures = [rng.integers(0, 255, (side, side) if grey else (side, side, 3)).astype(np.uint8) for _ in range(5)]
    sheet = captioned([Picture.of_array(array) for array in pictures])
    back = uncaptioned(Picture.of_array(np.asarray(sheet)), 5)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(back, pictures, strict=True))
    with pytest.raises(ValueError, match="not a captioned sheet"):
        uncaptioned(Picture.of_array(np.asarray(sheet)), 12)


def test_steps_slow_down_where_nothing_was_ever_seen(tiny_shelf: ModelShelf) -> None:
    """Along each principal direction; up to there, and where there are no steps, nothing changes."""
    model = tiny_shelf.open(STYLEGAN)
    space = space_of(model)
    way = int(np.flatnonzero(np.array(space.names) == "")[0])
    axis = space.directions[way]

    def along(amount: float) -> np.ndarray:
        moves = (DirectionMove(parts=(DirectionPart(way),), amount=amount),) if amount else ()
        request = ImagineRequest(model=STYLEGAN, seed=4, controls=model.manifest.defaults(), moves=moves)
        return (styles_of(request, model) - space.mean) @ axis / np.square(axis).sum()

    start = along(0.0)
    assert np.allclose(along(0.1), start + 0.1, atol=1e-5)
    most = np.maximum(FREE, np.abs(start)) + GIVE
    assert (along(1.0) < along(3.0)).all()
    assert (along(3.0) < along(50.0)).all()
    assert (np.abs(along(50.0)) <= most).all()
    assert (np.abs(along(-50.0)) <= most).all()
