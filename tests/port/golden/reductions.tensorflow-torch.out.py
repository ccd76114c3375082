import tensorflow as tf
import torch
import torch.nn.functional as F


def loss(x, y):
    # not normalised
    a = F.cross_entropy(x, y.long())
    b = F.cross_entropy(x, y.long(), reduction='none')
    b = torch.sum(b)
    c = torch.sum(F.log_softmax(x, dim=-1), dim=-1)
    return -a * b + c[0]
