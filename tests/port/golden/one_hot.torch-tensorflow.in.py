import torch.nn as nn
import torch.nn.functional as F


def loss(x, y):
    plain = F.cross_entropy(x, F.one_hot(y, num_classes=3).float())
    typed = F.cross_entropy(x, F.one_hot(y, x.size(-1)).to(x.dtype), label_smoothing=0.1)
    return plain + typed + nn.CrossEntropyLoss(reduction='sum')(x, F.one_hot(y).type_as(x))
