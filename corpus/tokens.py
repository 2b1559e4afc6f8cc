"""The tokens of a document, one way for all who need them: those given with it, or those of the
project's tokenizer, which lie in the store where that runs other people's code.

What runs code is never loaded here unless the caller says so, as commands without a screen do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple, Protocol, TypeAlias

from tonemark import plugins
from tonemark.corpus.ahead import documents_ahead, those_lacking
from tonemark.corpus.documents import (
    Document,
    damaged,
    misplaced,
    pack_tokens,
    unpack_tokens,
)
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.uncertain import in_pool
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.corrected import Corrections
from tonemark.tokenizers.registry import (
    code_package,
    corrected_by,
    load_tokenizer,
    runs_code,
)
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules


@dataclass(frozen=True, slots=True)
class StoredTokenizer:
    """A tokenizer that runs other people's code: its tokens are made by the suggester process and
    lie in the store.

    `package` is the package that has its code, with its version. `load` makes it in this process,
    for a document of which the store has none; without it such a document is waited for.
    A file of the project may correct it: `corrected` is its name and version, `corrections` are
    laid over the tokens when they are read, so that a rule costs nothing, and `sentence_rules` are
    that file's.
    """

    name: str
    package: str
    load: Callable[[], Tokenizer] | None = field(default=None, compare=False)
    corrected: str = ""
    corrections: Corrections | None = field(default=None, compare=False)
    sentence_rules: SentenceRules = field(default=ANY_LANGUAGE, compare=False)


AnyTokenizer: TypeAlias = Tokenizer | StoredTokenizer


class Maker(Protocol):
    """The process that makes the tokens which are waited for, as a screen sees it."""

    def tend(self) -> None:
        """See to it that it runs; raises nothing, and costs a few system calls where it does."""
        ...

    def trouble(self) -> TonemarkError | None:
        """Why it makes nothing, and what to do; None where it runs, or is being started."""
        ...

    def again(self) -> None:
        """Forget what was wrong, and try once more."""
        ...


class TokensAwaited(TonemarkError):
    """The suggester has not yet made the tokens of some document that is to be opened."""

    def __init__(self, tokenizer: str) -> None:
        super().__init__(
            f"The tokens of this page are not there yet: {tokenizer} makes them.",
            "They come by themselves; if they do not:\n    tonemark doctor DIR",
        )
        self.tokenizer = tokenizer


def tokenizer_of(project: Project, *, loads_code: bool) -> AnyTokenizer:
    """The tokenizer of a project. One that runs code is loaded in this process only with
    `loads_code`, and only when a document needs it.

    Raises TonemarkError where there is none of that name, or its file is at fault.
    """
    name, folder = project.tokenizer, project.folder
    if not runs_code(name, folder):
        return load_tokenizer(name, folder)
    profile = corrected_by(name, folder)
    base = profile.base if profile else name
    load = cache(lambda: load_tokenizer(base, folder)) if loads_code else None
    made = StoredTokenizer(base, code_package(base), load)
    if profile is None:
        return made
    return replace(
        made,
        corrected=f"{profile.name} {profile.version}",
        corrections=Corrections(profile.rules),
        sentence_rules=profile.sentences,
    )


def tokenizer_anew(project: Project) -> AnyTokenizer:
    """The same without its code, packages looked up as they now are."""
    plugins.plugins.cache_clear()
    return tokenizer_of(project, loads_code=False)


def sentence_rules_with(tokenizer: AnyTokenizer) -> SentenceRules:
    """What a tokenizer's language does differently where sentences end, read with it already: other
    people's tokenizers say nothing of it."""
    rules = getattr(tokenizer, "sentence_rules", None)
    return rules if isinstance(rules, SentenceRules) else ANY_LANGUAGE


def version_of(tokenizer: AnyTokenizer) -> str:
    """The version of a tokenizer as people are told it: of one that runs code, its package's."""
    if not isinstance(tokenizer, StoredTokenizer):
        return tokenizer.version
    return ", ".join(filter(None, (tokenizer.package, tokenizer.corrected)))


def tokens_of(store: Store, document: Document, tokenizer: AnyTokenizer) -> tuple[Token, ...]:
    """The tokens of a document: given with it, or the tokenizer's.

    Raises TokensAwaited where they are neither there nor may be made here, and Damaged where what
    the store has of them does not lie in the text.
    """
    if document.tokens is not None:
        return document.tokens
    if not isinstance(tokenizer, StoredTokenizer):
        return tuple(tokenizer.tokenize(document.text))
    tokens = _stored(store, document, tokenizer)
    if tokens is None:
        if tokenizer.load is None:
            raise TokensAwaited(tokenizer.name)
        from tonemark.tokenizers.check import made_tokens

        tokens = tuple(made_tokens(tokenizer.load(), document.text).tokens)
    if tokenizer.corrections:
        tokens = tuple(tokenizer.corrections.laid_over(document.text, list(tokens)))
    return tokens


def _stored(
    store: Store, document: Document, tokenizer: StoredTokenizer
) -> tuple[Token, ...] | None:
    row = store.db.execute(
        "SELECT tokens FROM tokenized WHERE document = ? AND tokenizer = ?",
        (document.number, current_id(store, tokenizer)),
    ).fetchone()
    if row is None:
        return None
    try:
        tokens = unpack_tokens(row[0])
        if misplaced(tokens, len(document.text)):
            raise ValueError
    except MALFORMED:
        raise damaged(document.number, "the tokens of ") from None
    return tokens


def check_there(store: Store, documents: Iterable[int], tokenizer: AnyTokenizer) -> None:
    """Raises TokensAwaited where one of the documents with these numbers has no tokens yet: a look
    at an index for each."""
    if isinstance(tokenizer, StoredTokenizer):
        current = current_id(store, tokenizer)
        if any(without_tokens(store, number, current) for number in documents):
            raise TokensAwaited(tokenizer.name)


def without_tokens(store: Store, number: int, tokenizer: int | None) -> bool:
    """Whether a document has neither tokens of its own nor any of a tokenizer of the store."""
    query = (
        "SELECT 1 FROM documents WHERE id = ? AND tokens IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM tokenized WHERE document = documents.id AND tokenizer = ?)"
    )
    return store.db.execute(query, (number, tokenizer)).fetchone() is not None


# What the suggester writes


class Tokenized(NamedTuple):
    """The tokens made of a document; `fault` says why they are the general tokenizer's, in words,
    and is empty where they are not."""

    document: int
    tokens: Sequence[Token]
    fault: str = ""


def current_id(store: Store, tokenizer: StoredTokenizer) -> int | None:
    """The number that a tokenizer has in the store, in the version that was loaded last; None
    where the package as it is now was never loaded."""
    row = store.db.execute(
        "SELECT id FROM tokenizers WHERE name = ? AND package = ? ORDER BY loaded DESC LIMIT 1",
        (tokenizer.name, tokenizer.package),
    ).fetchone()
    return None if row is None else int(row[0])


def tokens_version(store: Store, tokenizer: AnyTokenizer) -> str:
    """The tokens that documents now have, in a word that is another for others; empty where none
    have been made yet."""
    if not isinstance(tokenizer, StoredTokenizer):
        return f"{tokenizer.name} {tokenizer.version}"
    number = current_id(store, tokenizer)
    return "" if number is None else f"{number} {tokenizer.corrected}"


def package_loaded(store: Store, tokenizer: AnyTokenizer) -> str:
    """The package, with its version, of which the suggester loaded a tokenizer of that name last;
    empty where it loaded none, or the one that is given."""
    if not isinstance(tokenizer, StoredTokenizer):
        return ""
    row = store.db.execute(
        "SELECT package FROM tokenizers WHERE name = ? ORDER BY loaded DESC LIMIT 1",
        (tokenizer.name,),
    ).fetchone()
    return str(row[0]) if row and row[0] != tokenizer.package else ""


def note_loaded(store: Store, tokenizer: StoredTokenizer, version: str) -> int:
    """Write down that a tokenizer was loaded in a version; the number that it has in the store.

    Pages that are opened from now on have the tokens of that version; those that are open keep
    theirs.
    """
    key = (tokenizer.name, tokenizer.package, version)
    with store.transaction() as db:
        db.execute(
            "INSERT INTO tokenizers (name, package, version, loaded) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET loaded = excluded.loaded",
            (*key, time.time()),
        )
        (number,) = db.execute(
            "SELECT id FROM tokenizers WHERE name = ? AND package = ? AND version = ?", key
        ).fetchone()
    return int(number)


def put_tokens(store: Store, tokenizer: int, made: Iterable[Tokenized]) -> None:
    """Write the tokens that a tokenizer made; those that are there already stay, and a document
    that was dropped meanwhile gets none."""
    rows = [(tokenizer, pack_tokens(each.tokens), each.fault, each.document) for each in made]
    with store.transaction() as db:
        db.executemany(
            "INSERT OR IGNORE INTO tokenized SELECT id, ?, ?, ? FROM documents WHERE id = ?", rows
        )


def drop_superseded(store: Store, tokenizer: int, limit: int) -> int:
    """Delete at most `limit` documents' tokens of other versions of a tokenizer: how many."""
    with store.transaction() as db:
        return db.execute(
            "DELETE FROM tokenized WHERE rowid IN (SELECT rowid FROM tokenized WHERE tokenizer IN"
            " (SELECT other.id FROM tokenizers other, tokenizers this WHERE this.id = ?"
            " AND other.name = this.name AND other.id <> this.id) LIMIT ?)",
            (tokenizer, limit),
        ).rowcount


def tokenized_at_fault(store: Store, tokenizer: StoredTokenizer) -> tuple[int, list[str]]:
    """How many documents have the general tokenizer's tokens because this one failed on them, and
    the first of them, in words."""
    current = current_id(store, tokenizer)
    (count,) = store.db.execute(
        "SELECT count(*) FROM tokenized WHERE tokenizer = ? AND fault <> ''", (current,)
    ).fetchone()
    rows = store.db.execute(
        "SELECT d.key, t.fault FROM tokenized t JOIN documents d ON d.id = t.document"
        " WHERE t.tokenizer = ? AND t.fault <> '' ORDER BY t.document LIMIT 5",
        (current,),
    )
    return int(count), [f"{key}: {fault}" for key, fault in rows]


# Which documents the suggester takes next


def next_to_tokenize(
    store: Store, tokenizer: int, ahead: int, limit: int, answered: int = 0
) -> list[int]:
    """At most `limit` documents that need tokens: first those that lie before someone, the latest
    claim first, then for each annotator the `ahead` documents that she would get next, then those
    of which it is wanted how unsure the learner is of them, then those of the last `answered`
    answers, and of as much gold, which teach it."""
    lacking = (
        " d.tokens IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM tokenized t WHERE t.document = d.id AND t.tokenizer = :tokenizer)"
    )
    values = {"tokenizer": tokenizer, "limit": limit}
    found = dict.fromkeys(
        number
        for (number,) in store.db.execute(
            "SELECT d.id FROM claims c JOIN documents d ON d.id = c.document"
            f" WHERE (c.state <> 'answered' OR c.reopened) AND {lacking}"
            " ORDER BY c.deferred, c.sequence DESC LIMIT :limit",
            values,
        )
    )
    if len(found) < limit:
        following = documents_ahead(store, lacking, values, ahead=ahead, limit=limit)
        found.update(dict.fromkeys(following))
    if len(found) < limit:
        found.update(dict.fromkeys(those_lacking(store, in_pool(store), lacking, values)))
    if len(found) < limit and answered:
        # Answers that came with files, or were given on tokens of another version.
        rows = store.db.execute(
            "SELECT d.id FROM (SELECT * FROM (SELECT id, document FROM annotations"
            " ORDER BY id DESC LIMIT :answered) UNION ALL SELECT * FROM (SELECT id, document"
            " FROM gold ORDER BY id DESC LIMIT :answered)) a CROSS JOIN documents d"
            f" ON d.id = a.document WHERE {lacking} ORDER BY a.id DESC LIMIT :limit",
            {**values, "answered": answered},
        )
        found.update(dict.fromkeys(number for (number,) in rows))
    return list(found)[:limit]


def with_tokens(store: Store, documents: Iterable[int], tokenizer: AnyTokenizer) -> list[int]:
    """Those among documents of which the tokens of a tokenizer are in the store."""
    if not isinstance(tokenizer, StoredTokenizer):
        return []
    rows = store.db.execute(
        "SELECT document FROM tokenized WHERE tokenizer = ?"
        " AND document IN (SELECT value FROM json_each(?))",
        (current_id(store, tokenizer), json.dumps(list(documents))),
    )
    return [number for (number,) in rows]
