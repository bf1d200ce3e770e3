"""What every manifest is made of, whatever the package does."""

from typing import Annotated, Final

from pydantic import Field

from core.package.forms import Strict

MEDIA_TYPE: Final = "application/vnd.hikidashi.package+zip"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Member(Strict):
    """One file inside the package."""

    name: str
    size: Count
    sha256: Sha256
