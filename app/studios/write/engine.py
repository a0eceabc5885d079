"""The studio Write without a window."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.engine import by_family, nothing_drawn
from app.runtime.model import Model
from app.runtime.recipe import Match, Recipe, Verdict, sha256_hex
from app.studios.write.document import Text, common_prefix
from app.studios.write.files import PDF, load_text, save_text
from app.studios.write.request import Verse, WriteRequest

GENERATORS = {
    "char-rnn": "app.studios.write.generator:continue_text",
    "gpt": "app.studios.write.prose:continue_text",
    "gpt-2": "app.studios.write.prose:continue_text",
}
"""What goes on with a text, by the model's family."""
ALTERNATIVES = {
    "char-rnn": "app.studios.write.generator:alternatives",
    "gpt": "app.studios.write.prose:alternatives",
    "gpt-2": "app.studios.write.prose:alternatives",
}
"""What goes on with a text in several ways side by side."""
REFILLERS = {
    "char-rnn": "app.studios.write.refill:refill_text",
    "gpt": "app.studios.write.prose_refill:refill_text",
    "gpt-2": "app.studios.write.prose_refill:refill_text",
}
"""What fills a marked span anew."""
SCORERS = {
    "char-rnn": "app.studios.write.score:score_files",
    "gpt": "app.studios.write.score:score_prose",
    "gpt-2": "app.studios.write.score:score_prose",
}
"""What measures a model on files."""
VERSES = {
    "gpt": "app.studios.write.verse:write_verse",
    "gpt-2": "app.studios.write.verse:write_verse",
}
"""What writes verse by rules."""
CHOOSERS = dict.fromkeys(GENERATORS, "app.studios.write.chances:choose_token")
"""What puts one of the likeliest tokens at a place."""
MAX_TOKENS = 100_000


class WriteEngine:
    """See :class:`app.runtime.engine.Engine`; a result is a :class:`Text`."""

    studio = "write"
    request_type = WriteRequest

    def generate(self, request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
        """Go on at a place, streaming; or fill a span anew, in one piece at the end. See :class:`WriteRequest`."""
        request.check()
        if request.choice is not None:
            return by_family(CHOOSERS, model)(request, model, progress)
        if request.verse is not None:
            if model.manifest.family not in VERSES:
                hint = tr("Choose a Transformer, such as “English prose”.")
                raise AtelierError(ErrorKind.BAD_INPUT, tr("This model can't write by the rules of a verse."), hint)
            return by_family(VERSES, model)(request, model, progress)
        table = GENERATORS if request.start == request.end else REFILLERS
        results = by_family(table, model)(request, model, progress)
        return results if request.taken is None else _taken(request, results)

    def alternatives(
        self, request: WriteRequest, seeds: Sequence[int], model: Model, progress: Progress
    ) -> Iterator[tuple[str, ...]]:
        """What is written in the request's place with each of *seeds*, streaming; "" where there is nothing yet.

        Each is, to the bit, what :meth:`generate` writes with that seed. A span is filled anew with one seed after the
        other, and each passage comes in one piece.
        """
        request.check()
        if request.start == request.end:
            return by_family(ALTERNATIVES, model)(request, seeds, model, progress)
        return self._refills(request, seeds, model, progress)

    def _refills(
        self, request: WriteRequest, seeds: Sequence[int], model: Model, progress: Progress
    ) -> Iterator[tuple[str, ...]]:
        passages = [""] * len(seeds)
        for number, seed in enumerate(seeds):
            part = progress.part(number / len(seeds), (number + 1) / len(seeds))
            for result in self.generate(msgspec.structs.replace(request, seed=seed), model, part):
                passages[number] = request.written(result)
            yield tuple(passages)

    def digest(self, result: Text) -> str:
        """The hash of the text as UTF-8, which is that of its file."""
        return sha256_hex(result.text.encode())

    def export(self, path: Path, result: Text, recipe: Recipe | None) -> list[Path]:
        """Write the file of the suffix, as :func:`~app.studios.write.files.save_text` does; PDF is set by Qt."""
        if path.suffix.lower() == PDF:
            return importlib.import_module("app.studios.write.pdf").save(path, result, recipe)
        return save_text(path, result, recipe)

    def load(self, path: Path) -> tuple[Text, Recipe | None]:
        """Read a text file with its side-car."""
        return load_text(path)

    def compare(self, ours: Text, theirs: Text) -> Verdict:
        """Bit-exact or different; text knows no tolerance."""
        if ours.text == theirs.text:
            return Verdict(Match.EXACT, tr("all {count} characters are the same.", count=len(ours)))
        at = common_prefix(ours.text, theirs.text)
        return Verdict(Match.DIFFERENT, tr("the texts part at character {at}.", at=at + 1))

    def score(self, model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
        """Bits and nats a character, see :func:`app.studios.write.score.score_files`."""
        nothing_drawn(every)
        return by_family(SCORERS, model)(model, files, progress)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """``--prompt``, ``--suffix``, ``--tokens``, ``--out``."""
        parser.add_argument("--prompt", default="", metavar="TEXT", help="the text to go on from; none starts a line")
        parser.add_argument(
            "--suffix", default="", metavar="TEXT", help="what is to follow: the model writes between prompt and suffix"
        )
        parser.add_argument(
            "--tokens",
            type=int,
            metavar="N",
            help="how many tokens to write: characters, or pieces of words (default: the model's own length)",
        )
        parser.add_argument("--verse", metavar="SCHEME", help="write English verse: ABAB, AABB, …; - or free: no rhyme")
        parser.add_argument("--syllables", type=int, default=8, metavar="N", help="of each line of verse (default: 8)")
        parser.add_argument("--acrostic", default="", metavar="WORD", help="the letters the lines of verse begin with")
        parser.add_argument(
            "--out",
            type=Path,
            metavar="x.txt",
            help="write a file (.txt .md .docx .odt .html .pdf) instead of printing the text",
        )

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> WriteRequest:
        """Write between prompt and suffix, or go on from the prompt. Raises :class:`AtelierError` (``BAD_INPUT``)."""
        controls = dict(arguments.controls)
        if arguments.tokens is not None:
            if not 1 <= arguments.tokens <= MAX_TOKENS:
                raise AtelierError(
                    ErrorKind.BAD_INPUT,
                    tr("--tokens can't be {count}.", count=arguments.tokens),
                    tr("Possible: {range}.", range=f"1 – {MAX_TOKENS}"),
                )
            controls["length"] = arguments.tokens
        end = len(Text.by("user", arguments.prompt))
        verse = None
        if arguments.verse is not None:
            verse = Verse(scheme=arguments.verse, syllables=arguments.syllables, acrostic=arguments.acrostic).check()
        document = Text.by("user", arguments.prompt + arguments.suffix)
        return WriteRequest(
            model=model.manifest.id,
            seed=arguments.seed,
            controls=controls,
            document=document,
            start=end,
            end=end,
            verse=verse,
        )

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Text, recipe: Recipe | None
    ) -> list[Path] | str:
        """The prompt, what came after it and the suffix, or the files written."""
        return result.text if arguments.out is None else self.export(arguments.out, result, recipe)


def _taken(request: WriteRequest, results: Iterator[Text]) -> Iterator[Text]:
    """Results up to the one that holds all that was taken, cut to it."""
    for result in results:
        passage = request.written(result)
        yield request.with_written(passage)
        if request.taken is not None and len(passage) >= request.taken:
            return


ENGINE = WriteEngine()
