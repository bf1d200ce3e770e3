"""Where the embedded model that writes lies, and what its files are called."""

from core.assets import ASSETS

TEXT_MODEL_FOLDER = ASSETS / "tasks" / "embedded"
WEIGHTS_NAME, CONFIG_NAME, TOKENIZER_NAME = "weights.safetensors", "config.json", "tokenizer.json"
