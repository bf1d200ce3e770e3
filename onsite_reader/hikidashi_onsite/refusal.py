"""What is refused, and the words for it in both languages: what happened and why, and what to do."""

_NEW_COPY = (
    "このパッケージは使わず、元のものをもう一度コピーするか、書き出し直してください。",
    "Do not use this package; copy the original again, or export it anew.",
)
_OTHER_PHOTO = ("別の写真を選ぶか、撮り直してください。", "Choose another photo, or take it again.")
_WORDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "unreadable": (
        ("「{name}」を開けませんでした（{reason}）。", "“{name}” could not be opened ({reason})."),
        (
            "場所と、読み取りの権限を確かめてください。",
            "Check where it lies and whether you may read it.",
        ),
    ),
    "damaged": (
        (
            "パッケージ「{name}」は、壊れているか、作られたときのままではありません（{reason}）。",
            "The package “{name}” is damaged, or not as it was made ({reason}).",
        ),
        _NEW_COPY,
    ),
    "newer": (
        (
            "パッケージ「{name}」の形式（第{schema}版）を、このプログラムは読めません。",
            "This program cannot read the form of the package “{name}” (version {schema}).",
        ),
        (
            "このプログラムを新しくするか、書き出し直してください。",
            "Install a newer reader, or export the package anew.",
        ),
    ),
    "writes": (
        (
            "パッケージ「{name}」は文を書くパッケージで、プログラムなしでは動きません。",
            "The package “{name}” writes texts and does not work without the program.",
        ),
        (
            "このPCに Hikidashi と、学習に使ったのと同じモデルを入れて使ってください。",
            "Use it with Hikidashi and the very model it was trained on.",
        ),
    ),
    "not_alone": (
        (
            "パッケージ「{name}」は、プログラムなしでは動きません。",
            "The package “{name}” does not work without the program.",
        ),
        (
            "「プログラムなしで動く」を選んで書き出し直してもらってください。",
            "Have it exported anew with “Works without the program” (--onnx).",
        ),
    ),
    "not_quick": (
        (
            "パッケージ「{name}」に、小さくしたモデルは入っていません。",
            "The package “{name}” holds no smaller model.",
        ),
        (
            "--quick を外すか、「小さくする」を選んで書き出し直してもらってください。",
            "Leave --quick out, or have it exported anew with “Smaller” (--quantise).",
        ),
    ),
    "no_new_words": (
        (
            "パッケージ「{name}」には、新しい品種を追加できません。",
            "The package “{name}” takes up no new products.",
        ),
        (
            "「新しい品種を追加できる」を選んで書き出し直してもらってください。",
            "Have it exported anew with “New products” (--new-products).",
        ),
    ),
    "bad_words": (
        ("「{words}」は読めません。", "“{words}” cannot be read."),
        (
            "英語の短い説明を、ふつうの英数字で書いてください（例：a red plastic cap）。",
            "Write a short English description in plain letters and digits (such as: a red plastic cap).",
        ),
    ),
    "class_exists": (
        ("種類「{name}」は、もうあります。", "The class “{name}” is there already."),
        ("別の名前にしてください。", "Give it another name."),
    ),
    "bad_graph": (
        (
            "パッケージ「{name}」の中のモデルを動かせませんでした（{reason}）。",
            "The model in the package “{name}” could not be run ({reason}).",
        ),
        _NEW_COPY,
    ),
    "other_results": (
        (
            "パッケージ「{name}」は、作られたときと同じ答えを出しません（差 {difference}）。",
            "The package “{name}” does not judge as it did when it was made (by {difference}).",
        ),
        _NEW_COPY,
    ),
    "bad_signature": (
        ("パッケージ「{name}」の署名が合いません。", "The signature of the package “{name}” does not fit."),
        (
            "このパッケージは使わず、どこから来たものかを確かめてください。",
            "Do not use this package; find out where it came from.",
        ),
    ),
    "not_trusted": (
        (
            "パッケージ「{name}」は、指定された鍵で署名されていません。",
            "The package “{name}” is not signed with the key that was named.",
        ),
        (
            "このパッケージは使わず、どこから来たものかを確かめてください。",
            "Do not use this package; find out where it came from.",
        ),
    ),
    "bad_key": (
        ("「{name}」は、公開鍵のファイルではありません。", "“{name}” is no file of a public key."),
        ("「.pub」で終わる鍵のファイルを選んでください。", "Choose the key file that ends in .pub."),
    ),
    "no_cryptography": (
        ("署名を確かめる部品が入っていません。", "What checks signatures is not installed."),
        ("pip install cryptography", "pip install cryptography"),
    ),
    "bad_photo": (
        (
            "写真「{name}」を読めませんでした（{reason}）。",
            "The photo “{name}” could not be read ({reason}).",
        ),
        _OTHER_PHOTO,
    ),
    "no_photos": (
        ("写真が見つかりませんでした。", "No photo was found."),
        ("写真か、写真のあるフォルダーを指定してください。", "Name photos, or folders that hold some."),
    ),
}


class Refusal(Exception):
    """Something that a person can act on: a code of the table above, and what fills its words."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts

    def told(self, *, japanese: bool) -> str:
        """In one language."""
        what, do = (pair[0 if japanese else 1] for pair in _WORDS[self.code])
        return f"{what.format_map(self.facts)} {do}"
