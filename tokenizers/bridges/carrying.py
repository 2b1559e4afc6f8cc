"""A tokenizer as bytes, to be carried in a trained model and made again on another machine.

Rules and what was learned are carried whole, so that neither a folder nor the profiles of a later
Tonemark matter. Code is not: of plug-ins and spaCy's tokenizers the name and version are carried.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import warnings
from collections.abc import Mapping
from typing import Any

from tonemark.errors import TonemarkError
from tonemark.files import parsed
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.corrected import CorrectedTokenizer
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.rule_limits import rule_faults
from tonemark.tokenizers.rules import GENERAL_VERSION, Rules
from tonemark.tokenizers.sentences.rules import SentenceRules, as_table, sentence_rules

FORMAT = 1
"""The number of the form below; a higher one was written by a later Tonemark."""

_AGAIN = "Copy the model again, whole."
NEWER = "Update Tonemark: python -m pip install --upgrade tonemark"


class CarriedWarning(UserWarning):
    """A tokenizer was made again, but by other code: it may cut some text otherwise than before."""


def carried(tokenizer: Tokenizer) -> bytes:
    """The tokenizer as bytes (JSON in UTF-8), for `restored`."""
    form: dict[str, Any] = {
        "format": FORMAT,
        "name": tokenizer.name,
        "version": tokenizer.version,
        "general": GENERAL_VERSION,
    }
    if isinstance(tokenizer, GeneralTokenizer):
        form["rules"] = dataclasses.asdict(tokenizer.rules)
        form["sentences"] = as_table(tokenizer.sentence_rules)
    elif isinstance(tokenizer, CorrectedTokenizer):
        form["rules"] = dataclasses.asdict(tokenizer.rules)
        form["sentences"] = as_table(tokenizer.sentence_rules)
        form["base"] = carried(tokenizer.base).decode()
        form["version"] = tokenizer.own_version
    elif data := _learned(tokenizer):
        form["learned"] = base64.b64encode(data).decode()
    elif package := _origin(tokenizer):
        form["package"] = package
    return json.dumps(form, ensure_ascii=False).encode()


def restored(data: bytes) -> Tokenizer:
    """The tokenizer that `carried` wrote.

    Warns (CarriedWarning) where the code that runs it has changed since, for it may then cut some
    text otherwise: the model stays usable, and who runs it is told. Raises TonemarkError where the
    bytes are no tokenizer, are from a later Tonemark, or need a package that is not installed.
    """
    form = _read(data)
    name, version = form["name"], form["version"]
    sentences = _sentence_rules(form.get("sentences", {}))
    if "base" in form:
        base = restored(form["base"].encode())
        rules = _rules(form.get("rules"))
        return CorrectedTokenizer(base, rules, name=name, version=version, sentence_rules=sentences)
    if "rules" in form:
        tokenizer: Tokenizer = GeneralTokenizer(
            _rules(form["rules"]), name=name, version=version, sentence_rules=sentences
        )
        then, now = form.get("general"), GENERAL_VERSION
    elif "learned" in form:
        tokenizer = _from_learned(form["learned"], name)
        then, now = form.get("general"), GENERAL_VERSION
    else:
        tokenizer = _by_name(name, form.get("package", ""))
        then, now = version, tokenizer.version
    if then != now:
        warnings.warn(
            f'The tokenizer "{name}" was carried from version {then} of its code; here is version'
            f" {now}. Some text may be cut otherwise than in training: look at the scores, or train"
            " again.",
            CarriedWarning,
            stacklevel=2,
        )
    return tokenizer


def _by_name(name: str, package: str) -> Tokenizer:
    from tonemark.tokenizers.registry import load_tokenizer

    try:
        return load_tokenizer(name)
    except TonemarkError as error:
        if package:
            raise TonemarkError(
                f'Install {package}: the tokenizer "{name}" of this model comes from that package,'
                " and cannot be had here.",
                error.title,
            ) from error
        raise TonemarkError(
            f'The tokenizer "{name}" of this model cannot be had here. {error.title}', error.remedy
        ) from error


def _learned(tokenizer: Tokenizer) -> bytes:
    """The file of a tokenizer that was learned, whole; empty of any other."""
    from tonemark.tokenizers.learned.segmenter import LearnedTokenizer

    return tokenizer.data if isinstance(tokenizer, LearnedTokenizer) else b""


def _from_learned(given: Any, name: str) -> Tokenizer:
    from tonemark.tokenizers.learned.file import restored_learned

    try:
        return restored_learned(base64.b64decode(given, validate=True), name)
    except (TypeError, ValueError):
        raise TonemarkError("This tokenizer is damaged.", _AGAIN) from None


def _origin(tokenizer: Tokenizer) -> str:
    """The package that a tokenizer's code came from, where it is a plug-in."""
    plugin = getattr(tokenizer, "plugin", None)
    return getattr(plugin, "origin", "")


def _read(data: bytes) -> dict[str, Any]:
    try:
        form = parsed(data.decode())
    except ValueError:
        form = None
    if not isinstance(form, dict) or type(form.get("format")) is not int:
        raise TonemarkError("This is not a tokenizer that Tonemark has written.", _AGAIN)
    if form["format"] > FORMAT:
        raise TonemarkError("This tokenizer was written by a later Tonemark.", NEWER)
    texts = ("name", "version", *form.keys() & {"base", "learned", "package"})
    if not all(isinstance(form.get(key), str) and form[key] for key in texts):
        raise TonemarkError("This tokenizer is damaged.", _AGAIN)
    return form


def _rules(given: Any) -> Rules:
    """Rules from plain data: lists in place of tuples, and no key that these rules do not have."""
    fields = {field.name for field in dataclasses.fields(Rules)}
    if not isinstance(given, dict) or not given.keys() <= fields:
        raise TonemarkError("This tokenizer has rules that this Tonemark does not know.", NEWER)
    usual = Rules()
    rules = {name: _as_tuples(value) for name, value in given.items()}
    for name, value in rules.items():
        if not _is_like(value, getattr(usual, name)):
            raise TonemarkError(
                f"This tokenizer is damaged: {name} is not what it should be.",
                _AGAIN,
            )
    found = Rules(**rules)
    for fault in rule_faults(found):
        raise TonemarkError(f"This tokenizer has rules that none may have: {fault.words}.", _AGAIN)
    return found


def _sentence_rules(given: Any) -> SentenceRules:
    def refuse(words: str, key: str) -> None:
        raise TonemarkError(f"This tokenizer is damaged: {key}: {words}.", _AGAIN)

    if not isinstance(given, dict):
        raise TonemarkError("This tokenizer is damaged: sentences is no table.", _AGAIN)
    return sentence_rules(given, refuse)


def _as_tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _as_tuples(each) for key, each in value.items()}
    return value


def _is_like(value: Any, usual: Any) -> bool:
    """Whether a value of `Rules` is of the kind of its default: text, a flag, texts, pieces."""
    if isinstance(usual, Mapping):
        return isinstance(value, Mapping) and all(
            isinstance(key, str) and _is_like(pieces, ()) for key, pieces in value.items()
        )
    if isinstance(usual, tuple):
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    return type(value) is type(usual)
