"""Texts as tokens: a small vocabulary of byte pairs that can write any sentence, English or Japanese.

Operators tune on their own wording, so nothing may be unwritable: the vocabulary begins with the 256 bytes, and its
merges are learned from sentences of the parts world and from what the program itself says to people in both languages
(`core.tasks.corpus`). Frequent words are one token, others a few; a merge never joins two scripts, so that a run of
kanji or kana stays apart from what follows. The library `tokenizers` does the work; its file is JSON.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from core.problems import Language

PAD, END, TELL_EN, TELL_JA, ASK, ANSWER, TEXT = range(7)
SPECIALS = ("<pad>", "<end>", "<en>", "<ja>", "<ask>", "<answer>", "<text>")
_RUNS = r" ?\p{Latin}+| ?\p{N}|[\p{Han}々〆]+|\p{Hiragana}+|[\p{Katakana}ー]+| ?[^\s\p{L}\p{N}]|\s+"


class TextTokenizer:
    """Sentences to token numbers and back; any text comes back as it was (in Unicode's composed form)."""

    def __init__(self, inner: Tokenizer) -> None:
        self._inner = inner

    @classmethod
    def learn(cls, sentences: Iterable[str], size: int) -> TextTokenizer:
        """A vocabulary of at most `size` tokens, learned from sentences."""
        inner = Tokenizer(models.BPE())
        inner.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_RUNS), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        inner.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            special_tokens=list(SPECIALS),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        inner.train_from_iterator((unicodedata.normalize("NFC", s) for s in sentences), trainer)
        return cls(inner)

    @classmethod
    def from_json(cls, text: str) -> TextTokenizer:
        """What `to_json` wrote."""
        return cls(Tokenizer.from_str(text))

    def to_json(self) -> str:
        """The whole vocabulary as JSON."""
        text: str = self._inner.to_str()
        return text

    def __len__(self) -> int:
        return int(self._inner.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        """The tokens of a text; a special token's name in it is plain letters."""
        found: list[int] = []
        # Names of special tokens are cut apart first: nothing an operator writes may start a task or end a text.
        for piece in unicodedata.normalize("NFC", text).replace("<", "<\0").split("\0"):
            found += self._inner.encode(piece, add_special_tokens=False).ids
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; special ones say nothing, bytes that are no letter become U+FFFD."""
        text: str = self._inner.decode([token for token in tokens if token >= len(SPECIALS)])
        return text

    def spell(self, text: str) -> list[int]:
        """The same text byte by byte: how any word could be written."""
        alphabet = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        letters = "".join(piece for piece, _ in alphabet.pre_tokenize_str(text))
        found = [self._inner.token_to_id(letter) for letter in letters]
        return [token for token in found if token is not None]

    def question(self, text: str) -> list[int]:
        """What stands before an answer: the question, in one form whatever the width of its letters."""
        return [ASK, *self.encode(unicodedata.normalize("NFKC", text).strip()), ANSWER]

    def question_within(self, text: str, context_length: int) -> list[int]:
        """As `question`; of one that takes more than half of what can be read, the end is left out."""
        tokens, room = self.question(text), context_length // 2
        return tokens if len(tokens) <= room else [*tokens[: room - 1], tokens[-1]]

    @staticmethod
    def telling(language: Language) -> list[int]:
        """What stands before a description in that language."""
        return [TELL_JA if language == "ja" else TELL_EN]
