"""What a model is for, in one word: the same for the command line and every screen."""

from __future__ import annotations

from typing import Literal

from .model_info import ModelInfo
from .model_names import is_cloud_name

Kind = Literal["text", "embedding", "cloud", "other"]
"""`text` can play a role here; `cloud` could, but prompts would leave this machine."""


def kind(model: ModelInfo) -> Kind:
    """`text`, `embedding`, `cloud` or `other`: what a model is for."""
    if model.remote or is_cloud_name(model.name):
        return "cloud"
    if model.generates_text:
        return "text"
    if model.capabilities is None or "embedding" in model.capabilities:
        return "embedding"
    return "other"
