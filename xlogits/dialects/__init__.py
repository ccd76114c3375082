"""The frameworks' own spellings on any supported array.

    from xlogits.dialects.torch.nn import functional as F
    F.cross_entropy(tensorflow_logits, tensorflow_labels)      # PyTorch's meaning, on TensorFlow

Every function and class of the catalogue stands under its framework's path, with the signature of
the original, its defaults and its results. On arrays of its own framework it calls the original.
The modules are made from the records when this package is imported; the `.pyi` files in this folder
tell editors and type checkers about them, and are made by `python -m xlogits.dialects.stubs`.
"""

import sys

from xlogits.dialects.modules import build

for _path, _module in build(__name__).items():
    sys.modules[f"{__name__}.{_path}"] = _module
    if "." not in _path:
        globals()[_path] = _module
