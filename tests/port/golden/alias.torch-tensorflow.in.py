import torch.nn.functional as functional
from torch.nn.functional import log_softmax as ls
import torch as th


def loss(x, y):
    a = functional.cross_entropy(x, y, label_smoothing=0.1)
    b = functional.mse_loss(target=x * 2, input=x)  # by name, in the other order
    return a + b - ls(x, dim=-1)[0, 0] + th.softmax(x, 1)[0, 1]
