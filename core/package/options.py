"""What a package is to be able to do beside judging on its backbone."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ExportOptions:
    """`onnx`: it works without the program and its backbone. `quantise`: a smaller, quicker model beside that one.
    `new_products`: it reads the words of new classes by itself. Both of these need `onnx` and bring it along. `sign`:
    the file with the secret key that it is signed with."""

    onnx: bool = False
    quantise: bool = False
    new_products: bool = False
    sign: Path | None = None

    @property
    def alone(self) -> bool:
        """Whether it is to work alone."""
        return self.onnx or self.quantise or self.new_products


PLAIN = ExportOptions()
