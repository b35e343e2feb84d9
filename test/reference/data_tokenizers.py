"""
Makes test/data/tokenizer.golden.json: small BPE vocabularies trained by the Python package `tokenizers`, and what it makes
of some texts.

    pip install tokenizers
    python3 test/reference/data_tokenizers.py
"""
import json
import os

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LEARN = [
    "The floor of a house carries all that stands on it. The crest of a hill is seen from far away.",
    "She reads, he's reading, they'll read; we've read 12 books and 345 pages.",
    "마루는 집의 바닥이다. 산마루에 오르면 멀리 보인다.",
] * 3
TEXTS = [
    "",
    "The house on the hill.",
    "a house,  two  spaces\n\tand a tab",
    "He's 12, they'll be 345 .",
    "마루에 앉아서 🌙 본다",
    "Zażółć — naïve café",
]


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, special_tokens=[], show_progress=False)
    tokenizer.train_from_iterator(LEARN, trainer)
    return tokenizer


def with_specials():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    specials = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(vocab_size=90, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(LEARN, trainer)
    ids = [(name, tokenizer.token_to_id(name)) for name in specials[1:]]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ids)
    return tokenizer


lines = []
for name, tokenizer in (("bytes", byte_level()), ("specials", with_specials())):
    cases = []
    for text in TEXTS:
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        case = {"text": text, "ids": tokenizer.encode(text).ids, "plain": plain}
        if name == "bytes":
            case["decoded"] = tokenizer.decode(plain)
        cases.append(case)
    saved = json.loads(tokenizer.to_str())
    size = tokenizer.get_vocab_size()
    lines.append(
        json.dumps({"name": name, "size": size, "tokenizer": saved, "cases": cases}, separators=(",", ":"), ensure_ascii=False)
    )

where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "tokenizer.golden.json")
with open(where, "w", encoding="utf-8") as file:
    made_by = {"tokenizers": tokenizers.__version__}
    file.write('{"madeBy":' + json.dumps(made_by) + ',"tokenizers":[\n' + ",\n".join(lines) + "\n]}\n")
