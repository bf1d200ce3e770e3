"""A reader of Hikidashi packages that stand alone: onnxruntime, numpy and Pillow, nothing else."""

from hikidashi_onsite.archive import Package, open_package
from hikidashi_onsite.model import Answer, Model
from hikidashi_onsite.photo import open_photo
from hikidashi_onsite.refusal import Refusal

__all__ = ["Answer", "Model", "Package", "Refusal", "open_package", "open_photo"]
