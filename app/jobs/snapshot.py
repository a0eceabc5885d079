"""The whole state of a studio at a moment: what undo, autosave and the history keep, and its form on the disk."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue
from app.runtime.recipe import Recipe

Doc = TypeVar("Doc")


class StudioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the bar and the panel show: the model's id, the seed, the values of its declared controls."""

    model: str = ""
    seed: int = 0
    controls: dict[str, ControlValue] = {}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Which generation the document comes from: its request, the hash of its result, whether it ran to the end."""

    request: dict[str, Any]
    digest: str
    complete: bool
    model: str
    model_sha256: str

    @classmethod
    def by_recipe(cls, recipe: Recipe) -> Made:
        """What a work's recipe says of it."""
        return cls(
            request=recipe.request,
            digest=recipe.result_sha256,
            complete=recipe.complete,
            model=recipe.model,
            model_sha256=recipe.model_sha256,
        )

    def recipe(self, studio: str) -> Recipe:
        """The recipe that an export carries."""
        return Recipe(
            studio=studio,
            model=self.model,
            model_sha256=self.model_sha256,
            request=self.request,
            result_sha256=self.digest,
            complete=self.complete,
        )


class Snapshot(Generic[Doc]):
    """Document, settings, what made the document, and the node of the history it stands on."""

    __slots__ = ("document", "made", "node", "settings")

    def __init__(self, document: Doc, settings: StudioSettings, made: Made | None = None, node: int | None = None):
        self.document, self.settings, self.made, self.node = document, settings, made, node

    def with_document(self, document: Any) -> Snapshot[Any]:
        """The same with another document."""
        return Snapshot(document, self.settings, self.made, self.node)


class _Saved(msgspec.Struct, frozen=True):
    """A snapshot on the disk."""

    document: msgspec.Raw
    settings: StudioSettings
    made: Made | None
    node: int | None


def encode(snapshot: Snapshot[Any]) -> bytes:
    """The snapshot as MessagePack."""
    document = msgspec.Raw(msgspec.msgpack.encode(snapshot.document))
    return msgspec.msgpack.encode(_Saved(document, snapshot.settings, snapshot.made, snapshot.node))


def decode(content: bytes, document_type: type[Doc]) -> Snapshot[Doc]:
    """What :func:`encode` wrote. Raises :class:`AtelierError` (``BAD_FILE``) if it is damaged."""
    try:
        saved = msgspec.msgpack.decode(content, type=_Saved)
        document = msgspec.msgpack.decode(saved.document, type=document_type)
    except (msgspec.DecodeError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("This saved state is damaged.")) from error
    return Snapshot(document, saved.settings, saved.made, saved.node)
