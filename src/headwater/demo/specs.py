"""What the two campaigns ask for."""

from __future__ import annotations

from headwater.records.campaign_spec import CameraSpec, CampaignSpec, FeatureSpec, Stratum

_REASONS = (
    "task-not-shown: the task is not done, or only part of it is seen",
    "unsafe: somebody is put at risk",
    "not-visible: hands or object leave the picture",
)

_ARMS_AND_HANDS = "rad x14, range_0_1 x12"  # two arms of seven joints, two Inspire hands of six

HUMANOID = CampaignSpec(
    name="Humanoid picks up a yellow bottle",
    task="Pick up the yellow bottle on the table.",
    modality="robot_episode",
    embodiment=("Unitree_G1_Inspire", "Unitree_G1"),
    features=tuple(FeatureSpec(name, (), _ARMS_AND_HANDS, 0, 0) for name in ("observation.state", "action")),
    cameras=(CameraSpec("head", ("observation.images.cam_high",), 320, 240, 20_000),),
    fps_milli=30_000,
    min_length_ms=3_000,
    max_length_ms=60_000,
    sensors=(),
    success="The hand closes on the bottle and lifts it; the whole motion is seen from rest.",
    reject_reasons=_REASONS,
    examples=(),
    strata=(Stratum("yellow bottle", 8),),
)

FIRST_PERSON = CampaignSpec(
    name="First-person video with motion sensors",
    task="Move through a real place with the camera running.",
    modality="egocentric_video",
    embodiment=(),
    features=(),
    cameras=(CameraSpec("first_person", (), 320, 240, 20_000),),
    fps_milli=0,
    min_length_ms=8_000,
    max_length_ms=600_000,
    sensors=("gyro", "accel"),
    success="The camera moves through a real place and the sensors belong to this very recording.",
    reject_reasons=_REASONS,
    examples=(),
    strata=(),
)
