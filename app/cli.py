"""The command line: the same generators as in the window, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from app import __version__
from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind, Unfinished
from app.base.i18n import tr
from app.base.paths import Paths, bundled_models_dir
from app.base.progress import Progress
from app.base.settings import SettingsStore
from app.runtime.adopt import add_model
from app.runtime.catalog import Catalog, Entry
from app.runtime.device import choose_device
from app.runtime.engine import Engine, card_of_file, make_recipe
from app.runtime.manifest import Control, ControlValue, check_controls
from app.runtime.model import Model, ModelShelf
from app.runtime.recipe import LOSSY, Match, Verdict
from app.runtime.session import SessionCache

BAD_INPUT = 2
DIFFERENT = 3
INTERRUPTED = 130
MOST_ALTERNATIVES = 100


def run(cards: tuple[StudioCard, ...], arguments: list[str]) -> int:
    """Do one sub-command; returns the exit code.

    0, 2 for bad input (one line on stderr), 3 for a work that can't be made the same again, 130 after Ctrl+C.
    """
    parser = _parser(cards)
    options = parser.parse_args(arguments)
    try:
        return options.action(options) or 0
    except AtelierError as error:
        print(f"atelie: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the options in one line, as all other errors are said."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"atelie: {message}. See `{self.prog} --help`.\n")


def _parser(cards: tuple[StudioCard, ...]) -> argparse.ArgumentParser:
    parser = _Parser(
        "atelie",
        description="An offline studio in which neural networks write, compose, picture and paint with you. "
        "Without a command it opens the window.",
        epilog="The same seed and the same options always give the same bytes. Bad input ends with exit code 2.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--smoke", action="store_true", help="open each studio without a screen, run each model, exit")
    verbs = parser.add_subparsers(metavar="COMMAND")
    _add_models(verbs, cards)
    for card in cards:
        _add_studio(verbs, card)
    _add_score(verbs, cards)
    _add_check(verbs, cards)
    _add_replay(verbs, cards)
    parser.set_defaults(action=lambda _: parser.print_help())
    return parser


# --- models -----------------------------------------------------------------------------------------------------------


def _add_models(verbs: Any, cards: tuple[StudioCard, ...]) -> None:
    verb = verbs.add_parser(
        "models", help="list the models, or add one", description="List the models there are and their figures."
    )
    verb.add_argument("--json", action="store_true", help="everything, as JSON")
    verb.add_argument(
        "--add", type=Path, metavar="PATH", help="add a model of another program; an unknown one is told what is known"
    )
    verb.set_defaults(action=lambda options: _models(options) if options.add is None else _add(cards, options.add))


def _add(cards: tuple[StudioCard, ...], source: Path) -> None:
    print(add_model(cards, source, _shelf().catalog, Paths.default().user_models, Progress()))


def _note(fraction: float, note: str) -> None:
    """What a generator has to say: to a person all of it, into a file or a pipe only what it says before it begins."""
    if note and (fraction == 0.0 or sys.stderr.isatty()):
        print(f"atelie: {note}", file=sys.stderr)


def _models(options: argparse.Namespace) -> None:
    entries = _shelf().catalog.entries()
    if options.json:
        print(json.dumps([_described(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        summary = str(entry.problem) if entry.problem else entry.manifest.summary if entry.manifest else ""
        studio = entry.manifest.studio if entry.manifest else "?"
        print(f"{entry.id:<24} {studio:<8} {summary}")


def _described(entry: Entry) -> dict[str, Any]:
    described = msgspec.to_builtins(entry.manifest) if entry.manifest else {"id": entry.id}
    return {"usable": entry.usable, "problem": str(entry.problem or ""), "origin": entry.origin, **described}


# --- write, compose, imagine, paint -----------------------------------------------------------------------------------


def _add_studio(verbs: Any, card: StudioCard) -> None:
    verb = verbs.add_parser(card.verb, help=card.summary, description=card.summary)
    verb.add_argument("model", metavar="MODEL", help="the id of a model, see `atelie models`")
    verb.add_argument("--seed", type=int, default=0, help="a whole number; the same seed gives the same result")
    verb.add_argument(
        "--set", action="append", default=[], metavar="CONTROL=VALUE", help="set a declared control, may be repeated"
    )
    verb.add_argument(
        "--alternatives",
        type=int,
        default=1,
        metavar="N",
        help="N results, with the seeds SEED, SEED+1, …; files get their seed into their name (x-7.txt), or "
        "their place where a critic ranks them",
    )
    verb.add_argument("--no-recipe", action="store_true", help="leave the recipe out of what is written")
    # The engine adds its own options; loading it costs nothing heavy until a model is run.
    card.load_engine().add_arguments(verb)
    verb.set_defaults(action=_generate(card))


def _generate(card: StudioCard) -> Callable[[argparse.Namespace], None]:
    def action(options: argparse.Namespace) -> None:
        engine = card.load_engine()
        shelf = _shelf()
        model = _open(shelf, options.model, card.id)
        options.controls = check_controls(model.manifest, _parse_controls(model, options.set))
        works = (_Work.made(engine, model, one) for one in _seeded(options))
        ranker = card.load_ranker()(model) if card.ranker and options.alternatives > 1 else None
        for work in works if ranker is None else _in_order(list(works), options, ranker, shelf):
            recipe = None if options.no_recipe else make_recipe(engine, work.request, model, work.result)
            _print(engine.output_from_arguments(work.options, work.result, recipe), work.options)

    return action


@dataclass
class _Work:
    """One of the results asked for, the request for it, and the options with its own seed and file."""

    options: argparse.Namespace
    request: Any
    result: Any

    @classmethod
    def made(cls, engine: Engine[Any, Any], model: Model, options: argparse.Namespace) -> _Work:
        request = engine.request_from_arguments(options, model)
        return cls(options, request, _last(engine, request, model))


def _in_order(works: list[_Work], options: argparse.Namespace, ranker: Any, shelf: ModelShelf) -> list[_Work]:
    """The best first, with its place in the name of its file in place of the seed, and what was said of it told."""
    verdicts = ranker([work.request for work in works], [work.result for work in works], shelf, Progress())
    ordered = sorted(zip(verdicts, works, strict=True), key=lambda pair: pair[0][0])
    for (place, words), work in ordered:
        if options.out is not None:
            work.options.out = options.out.with_stem(f"{options.out.stem}-{place}")
        _note(0.0, f"{place}: {words} ({tr('seed {seed}', seed=work.options.seed)})")
    return [work for _, work in ordered]


def _seeded(options: argparse.Namespace) -> Iterator[argparse.Namespace]:
    """The options of each of the results asked for."""
    if not 1 <= options.alternatives <= MOST_ALTERNATIVES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("--alternatives can't be {count}.", count=options.alternatives),
            tr("Possible: {range}.", range=f"1 – {MOST_ALTERNATIVES}"),
        )
    for seed in range(options.seed, options.seed + options.alternatives):
        one = argparse.Namespace(**{**vars(options), "seed": seed})
        if options.out is not None and options.alternatives > 1:
            one.out = options.out.with_stem(f"{options.out.stem}-{seed}")
        yield one


def _print(written: list[Path] | str, options: argparse.Namespace) -> None:
    """A text, under its seed where there are several, or the files written."""
    if not isinstance(written, str):
        print("\n".join(map(str, written)))
        return
    if options.alternatives > 1:
        print(f"=== seed {options.seed} ===")
    sys.stdout.write(written if written.endswith("\n") else written + "\n")


def _last(engine: Engine[Any, Any], request: Any, model: Model) -> Any:
    results: list[Any] = []
    try:
        for result in engine.generate(request, model, Progress(sink=_note)):
            results = [result]
    except Unfinished as error:
        if not results:
            raise
        _note(0.0, str(error))
    if not results:
        raise AtelierError(ErrorKind.INTERNAL, tr("The model gave no result."))
    return results[0]


def _parse_controls(model: Model, pairs: list[str]) -> dict[str, ControlValue]:
    controls = {control.id: control for control in model.manifest.controls}
    values: dict[str, ControlValue] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("--set wants CONTROL=VALUE, not “{pair}”.", pair=pair))
        values[name] = _parse_value(controls.get(name), value)
    return values


def _parse_value(control: Control | None, text: str) -> ControlValue:
    """The text as the control's kind; what can't be read stays text, and the check of the controls refuses it."""
    if control is None or control.kind in ("choice", "text"):
        return text
    if control.kind == "bool":
        return {"on": True, "true": True, "off": False, "false": False}.get(text.lower(), text)
    try:
        return int(text) if control.kind == "int" else float(text)
    except ValueError:
        return text


# --- score, check, replay ---------------------------------------------------------------------------------------------


def _add_score(verbs: Any, cards: tuple[StudioCard, ...]) -> None:
    verb = verbs.add_parser(
        "score",
        help="measure a model on files",
        description="Measure a model on files and print JSON: bits per character on text, nats per note and per frame "
        "on MIDI, nats per point on drawings, FID and KID against a folder of real pictures; also on the .npz layouts "
        "the models were trained from.",
    )
    verb.add_argument("model", metavar="MODEL")
    verb.add_argument("files", metavar="FILE", nargs="+", type=Path)
    verb.add_argument(
        "--every-frame",
        action="store_true",
        help="coconet: ask for each frame as the paper does, in hours for many pieces; else some are drawn and the "
        "standard error that comes from it is told",
    )
    verb.set_defaults(action=lambda options: _score(cards, options))


def _score(cards: tuple[StudioCard, ...], options: argparse.Namespace) -> None:
    model = _shelf().open(options.model)
    engine = _card(cards, model.manifest.studio).load_engine()
    print(json.dumps(engine.score(model, options.files, Progress(sink=_note), options.every_frame), indent=2))


def _add_check(verbs: Any, cards: tuple[StudioCard, ...]) -> None:
    verb = verbs.add_parser(
        "check",
        help="weigh the evidence that a machine made a file",
        description="Weigh the evidence that a machine wrote a text, or that one of our generators made a picture, and "
        "print JSON: the chance and its range, how often that is right, and where it fails. It is no verdict.",
    )
    verb.add_argument("file", metavar="FILE", type=Path)
    verb.set_defaults(action=lambda options: _check(cards, options))


def _check(cards: tuple[StudioCard, ...], options: argparse.Namespace) -> None:
    suffix = options.file.suffix.lower()
    able = [card for card in cards if card.checker]
    card = next((card for card in able if suffix in card.extensions), None)
    if card is None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("Nothing is known of who makes files like “{name}”.", name=options.file.name),
            tr("Known: {all}.", all=" ".join(suffix for card in able for suffix in card.extensions)),
        )
    print(json.dumps(card.load_checker()(options.file, _shelf(), Progress()), indent=2, ensure_ascii=False))


def _add_replay(verbs: Any, cards: tuple[StudioCard, ...]) -> None:
    verb = verbs.add_parser(
        "replay",
        help="make a work again from its recipe",
        description="Make a work again from the recipe in its file and compare: bit-exact, within tolerance, or "
        "different and why (exit code 3).",
    )
    verb.add_argument("file", metavar="FILE", type=Path)
    verb.set_defaults(action=lambda options: _replay(cards, options))


def _replay(cards: tuple[StudioCard, ...], options: argparse.Namespace) -> int:
    verdict = replay(cards, _shelf(), options.file)
    print(f"{verdict.match}: {verdict.why}")
    return DIFFERENT if verdict.match is Match.DIFFERENT else 0


def replay(cards: tuple[StudioCard, ...], shelf: ModelShelf, path: Path) -> Verdict:
    """Make the work in *path* again and compare. Raises :class:`AtelierError` if it has no recipe or can't be read."""
    engine = card_of_file(cards, path).load_engine()
    theirs, recipe = engine.load(path)
    if recipe is None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("“{name}” carries no recipe, so it can't be made again.", name=path.name),
            tr("Recipes are written on export unless they were left out."),
        )
    model = shelf.open(recipe.model)
    try:
        request = msgspec.convert(recipe.request, type=engine.request_type)
    except msgspec.ValidationError as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("The recipe in this file is damaged.")) from error
    ours = _last(engine, request, model)
    verdict = engine.compare(ours, theirs)
    if verdict.match is Match.EXACT:
        return verdict
    return Verdict(verdict.match, " ".join([verdict.why, *_reasons(engine, recipe, model, ours, path)]))


def _reasons(engine: Engine[Any, Any], recipe: Any, model: Model, ours: Any, path: Path) -> list[str]:
    reasons = []
    if not recipe.complete:
        reasons.append(tr("It was stopped half way."))
    if recipe.model_sha256 != model.digest:
        reasons.append(tr("The model's files are not those it was made with."))
    elif recipe.complete and recipe.result_sha256 == engine.digest(ours) and path.suffix.lower() in LOSSY:
        reasons.append(tr("The model made the same as then: files of this kind keep pixels only nearly."))
    elif recipe.complete and recipe.result_sha256 == engine.digest(ours):
        reasons.append(tr("The model made the same as then: the work was changed by hand afterwards."))
    return reasons


# --- inside -----------------------------------------------------------------------------------------------------------


def _shelf() -> ModelShelf:
    paths = Paths.default()
    settings = SettingsStore(paths.settings_file).values
    catalog = Catalog(bundled_models_dir(), paths.user_models)
    return ModelShelf(catalog, SessionCache(settings.memory_megabytes << 20), lambda: choose_device(settings.device))


def _open(shelf: ModelShelf, model_id: str, studio: str) -> Model:
    model = shelf.open(model_id)
    if model.manifest.studio != studio:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr(
                "“{id}” is a model of the studio “{theirs}”, not “{ours}”.",
                id=model_id,
                theirs=model.manifest.studio,
                ours=studio,
            ),
        )
    return model


def _card(cards: tuple[StudioCard, ...], studio: str) -> StudioCard:
    for card in cards:
        if card.id == studio:
            return card
    raise AtelierError(ErrorKind.BAD_MODEL, tr("No studio is called “{name}”.", name=studio))
