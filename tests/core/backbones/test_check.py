"""The zero-shot check measures any backbone as it measures the embedded one."""

from core.backbones.check import check_backbone
from core.backbones.clip import Backbone
from core.backbones.zero_shot import zero_shot_check


def test_it_agrees_with_the_check_of_the_open_clip_model_itself(backbone: Backbone) -> None:
    ours = check_backbone(backbone, sets=1, pictures_per_class=2)
    assert ours == zero_shot_check(backbone._clip, "tiny", sets=1, pictures_per_class=2)
    assert (ours["model"], ours["classes"], ours["chance"]) == ("tiny", 10, 0.1)
    assert 0 <= ours["top1"] <= ours["top5"] <= 1
